import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildKernel, kernelkit } from './lib/kernelkit.ts'
import { comparePairs } from './lib/pairs.ts'
import { benchDirectory } from './lib/seed.ts'

/** 3 tests on 4 kernels, each cell in a fresh VM on this host's root: as many at once as this machine allows, against one after the other. */
const directory = await benchDirectory('matrix')
try {
  const { kernel } = await buildKernel()
  const tests = ['a', 'b', 'c'].map((name) => ({ name, run: 'true' }))
  const kernels = [kernel, 'debian:11/cloud', 'debian:12/cloud', 'debian:12-backports/cloud']
  // A busy machine makes all of it slow, and must not end the comparison.
  const vm = { root: 'host', memory: '512M', 'boot-timeout': '15m' }
  await writeFile(join(directory, 'kernelkit.yaml'), JSON.stringify({ vm, tests, matrix: { kernels } }))
  const argv = [...kernelkit, 'matrix', '-q', '--trust-project']
  await comparePairs({
    title: '3 tests on 4 kernels, packed against in sequence',
    goal: { figure: 'wall', ratio: 0.6 },
    a: { label: 'kernelkit matrix', argv, cwd: directory },
    b: { label: 'kernelkit matrix -j1', argv: [...argv, '-j1'], cwd: directory },
    pairs: 3,
    warmUp: 1,
  })
} finally {
  await rm(directory, { recursive: true, force: true })
}
