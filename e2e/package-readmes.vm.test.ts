import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readExample, readLibraryExamples } from '../tools/package-readmes.ts'
import { repository } from '../tools/source-files.ts'
import { shell, startProgram, testArtifacts } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel } = testArtifacts()
let scratch = ''

beforeAll(async () => {
  await mkdir(join(repository, '.nx'), { recursive: true })
  scratch = await mkdtemp(join(repository, '.nx', 'readmes-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** The release of a kernel is the distribution's of the day. */
const withoutRelease = (text: string) => text.replaceAll(/\b\d+\.\d+\.\d+\b/g, 'X.Y.Z')

it.each([
  ['kernel', []],
  ['vm', [kernel]],
])('the example in the README of %s prints what the page says', async (name, args) => {
  const { code, output } = readExample(name)
  await writeFile(join(scratch, `${name}.ts`), code)
  const { exitCode, stdout, stderr } = await startProgram([process.execPath, `${name}.ts`, ...args], { cwd: scratch }).result
  expect({ exitCode, stdout: withoutRelease(stdout), stderr }).toEqual({ exitCode: 0, stdout: withoutRelease(output), stderr: '' })
})

for (const [index, { code, output }] of readLibraryExamples().entries()) {
  const tier = index === 0 ? {} : onlyFull('a guest more; npm run check compiles each')
  it(`example ${index} of docs/library.md prints what the page says`, tier, async () => {
    await writeFile(join(scratch, `library-${index}.ts`), code)
    const argv = [process.execPath, `library-${index}.ts`, kernel] as const
    const { exitCode, stdout, stderr } = await startProgram(argv, { cwd: scratch }).result
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: output, stderr: '' })
  })
}

it('the example in the README of the command prints what the page says, in a directory with a kernel', async () => {
  const { code, output } = readExample('cli')
  // In place of a tree that was built with make.
  await writeFile(join(scratch, 'kernelkit.yaml'), `vm: { kernel: ${JSON.stringify(kernel)} }\n`)
  const { exitCode, stdout, stderr } = await shell(code.replace('npx ', ''), { cwd: scratch })
  expect({ exitCode, stdout: withoutRelease(stdout) }).toEqual({ exitCode: 0, stdout: withoutRelease(output) })
  expect(stderr).toMatch(/^kernelkit: verdict=pass exit=0 /m)
})
