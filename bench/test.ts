import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bakeImage, buildKernel, kernelkit } from './lib/kernelkit.ts'
import { comparePairs } from './lib/pairs.ts'
import { benchDirectory } from './lib/seed.ts'

/** 20 tests of `true`, each in a fresh VM: as many at once as this machine allows, against one after the other. */
const directory = await benchDirectory('test')
try {
  const { kernel } = await buildKernel()
  const image = await bakeImage()
  const tests = Array.from({ length: 20 }, (_, index) => ({ name: `t${index + 1}`, run: 'true' }))
  await writeFile(join(directory, 'kernelkit.yaml'), JSON.stringify({ vm: { kernel, image, memory: '512M' }, tests }))
  const argv = [...kernelkit, 'test', '-q']
  await comparePairs({
    title: '20 tests of true, packed against in sequence',
    // Two CPUs: a guest's boot keeps one busy and waits little, and the emulated ones share the cache.
    goal: { figure: 'wall', ratio: 0.75 },
    a: { label: 'kernelkit test', argv, cwd: directory },
    b: { label: 'kernelkit test -j1', argv: [...argv, '-j1'], cwd: directory },
    pairs: 3,
    warmUp: 0,
  })
} finally {
  await rm(directory, { recursive: true, force: true })
}
