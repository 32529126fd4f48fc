import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readExample, readLibraryExamples } from './package-readmes.ts'
import { listPublishedPackages, repository } from './source-files.ts'

/** Below the repository, so that packages are found as they are installed: built. `npm run build` after a change of sources. */
let scratch = ''

beforeAll(() => {
  mkdirSync(join(repository, '.nx'), { recursive: true })
  scratch = mkdtempSync(join(repository, '.nx', 'readmes-'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** The example as a program in an empty directory. */
function runExample(name: string, env: Readonly<Record<string, string>> = {}) {
  const directory = join(scratch, name)
  mkdirSync(directory, { recursive: true })
  const { code, output } = readExample(name)
  writeFileSync(join(directory, 'example.ts'), code)
  const { status, stdout, stderr } = spawnSync(process.execPath, ['example.ts'], {
    cwd: directory,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  return { directory, output, result: { status, stdout, stderr } }
}

describe('the example in the README of a package', () => {
  it('is there in each published package: TypeScript, for the command a shell line', () => {
    const languages = listPublishedPackages().map((name) => [name, readExample(name).language])
    expect(languages).toEqual(listPublishedPackages().map((name) => [name, name === 'cli' ? 'sh' : 'ts']))
  })

  it('compiles, and so do those of docs/library.md', () => {
    const programs = listPublishedPackages().filter((name) => readExample(name).language === 'ts')
    const directory = join(scratch, 'types')
    mkdirSync(directory)
    for (const name of programs) writeFileSync(join(directory, `${name}.ts`), readExample(name).code)
    for (const [index, { code }] of readLibraryExamples().entries()) writeFileSync(join(directory, `library-${index}.ts`), code)
    const settings = {
      extends: join(repository, 'tsconfig.base.json'),
      compilerOptions: { rootDir: '.', noEmit: true, composite: false, incremental: false, types: ['node'] },
      include: ['*.ts'],
    }
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(settings))
    const { status, stdout } = spawnSync(join(repository, 'node_modules/.bin/tsc'), ['-p', directory], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  // Those of kernel, vm and cli need a kernel: e2e/package-readmes.vm.test.ts.
  it.each(['core', 'host', 'toolchain', 'image'])('prints what the page says: %s', (name) => {
    const { output, result } = runExample(name)
    expect(result).toEqual({ status: 0, stdout: output, stderr: '' })
  })

  it('prints and sets what the page says: action-kit', () => {
    const outputs = join(scratch, 'outputs')
    writeFileSync(outputs, '')
    const { output, result } = runExample('action-kit', { INPUT_PACKAGES: 'gcc, flex bison', GITHUB_OUTPUT: outputs })
    expect(result).toEqual({ status: 0, stdout: output, stderr: '' })
    expect(readFileSync(outputs, 'utf8')).toMatch(/^count<<(\S+)\n3\n\1\n$/)
  })
})
