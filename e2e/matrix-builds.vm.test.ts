import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'
import { makeReadyTree } from './lib/ready-tree.ts'

const { kernel, image } = testArtifacts()
let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-matrix-'))
  await makeReadyTree(directory, kernel)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

it('a configuration that does not compile is a red cell of the matrix, and the other cells run', async () => {
  const file = {
    kernel: { source: '.' },
    vm: { image, memory: '512M' },
    tests: [{ name: 'smoke', run: 'uname -r' }],
    matrix: { kernels: ['built'], configs: { broken: ['BROKEN=y'], plain: [], unknown: ['NO_SUCH_SYMBOL_HERE=y'] } },
  }
  await writeFile(join(directory, 'kernelkit.yaml'), JSON.stringify(file))
  const { exitCode, stdout, stderr } = await kernelkit(['matrix', '--trust-project', '--json', '--retries', '2', '--junit', 'r.xml'], {
    cwd: directory,
  })
  expect(stderr).toMatch(/configuration 'broken' has no kernel: the kernel does not compile/)
  const answer = JSON.parse(stdout) as {
    readonly verdict: string
    readonly cells: readonly { readonly name: string; readonly verdict: string; readonly what: string; readonly runs: readonly unknown[] }[]
  }
  expect(Object.fromEntries(answer.cells.map(({ name, verdict, runs }) => [name, [verdict, runs.length]]))).toEqual({
    'smoke@built,config=broken': ['build-fail', 1],
    'smoke@built,config=plain': ['pass', 1],
    'smoke@built,config=unknown': ['config-fail', 1],
  })
  expect(answer.cells[0]?.what).toMatch(
    /^BUILD_FAILED: the kernel does not compile: 1 error .*: driver\/driver\.c:2:2: error: #error broken as asked$/,
  )
  expect(answer.cells[2]?.what).toMatch(/asked for: NO_SUCH_SYMBOL_HERE: asked for y/)
  expect({ exitCode, verdict: answer.verdict }).toEqual({ exitCode: 125, verdict: 'config-fail' })
  const recorded = await kernelkit(['history', '--json'], { cwd: directory })
  // A kernel that does not compile says nothing about the test.
  expect(JSON.parse(recorded.stdout)).toMatchObject({ tests: [{ config: 'plain', last: 'pass' }] })
})
