import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { collectCommand, splitFiles, stepFileNames } from './step-files.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-files-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function stepDirectory(files: Readonly<Record<string, string>>): string {
  const directory = join(mkdtempSync(join(scratch, 'x-')), "it's a $directory")
  mkdirSync(directory)
  for (const name of stepFileNames) writeFileSync(join(directory, name), files[name] ?? '')
  return directory
}

const collect = (directory: string) => {
  const [program = '', ...args] = collectCommand(directory)
  return { program, args }
}

describe("a step's files in the guest", () => {
  it('come out whole, and nothing of the step stays', () => {
    const directory = stepDirectory({ output: 'a=1\n', env: 'B<<E\n\\n $X %d\nE\n', summary: '# 🐧 no newline' })
    const { program, args } = collect(directory)
    expect(splitFiles(execFileSync(program, args, { encoding: 'utf8' }))).toEqual({
      output: 'a=1\n',
      env: 'B<<E\n\\n $X %d\nE\n',
      path: '',
      summary: '# 🐧 no newline',
    })
    expect(existsSync(directory)).toBe(false)
  })

  it('are distinguished from those of a step that removed one, or wrote binary data', () => {
    const directory = stepDirectory({})
    rmSync(join(directory, 'env'))
    const { program, args } = collect(directory)
    const { stdout, status } = spawnSync(program, args, { encoding: 'utf8' })
    expect({ status, files: splitFiles(stdout) }).toEqual({ status: 1, files: undefined })
    const binary = collect(stepDirectory({ output: 'a\0b' }))
    expect(splitFiles(execFileSync(binary.program, binary.args, { encoding: 'utf8' }))).toBeUndefined()
  })
})
