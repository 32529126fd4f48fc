import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { collectCommand, splitFiles, stepFileNames } from './step-files.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-files-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function stepFolder(files: Readonly<Record<string, string>>): string {
  const folder = join(mkdtempSync(join(scratch, 'x-')), "it's a $directory")
  mkdirSync(folder)
  for (const name of stepFileNames) writeFileSync(join(folder, name), files[name] ?? '')
  return folder
}

const collect = (folder: string) => {
  const [program = '', ...args] = collectCommand(folder)
  return { program, args }
}

describe("a step's files in the guest", () => {
  it('come out whole, and nothing of the step stays', () => {
    const folder = stepFolder({ output: 'a=1\n', env: 'B<<E\n\\n $X %d\nE\n', summary: '# 🐧 no newline' })
    const { program, args } = collect(folder)
    expect(splitFiles(execFileSync(program, args, { encoding: 'utf8' }))).toEqual({
      output: 'a=1\n',
      env: 'B<<E\n\\n $X %d\nE\n',
      path: '',
      summary: '# 🐧 no newline',
    })
    expect(existsSync(folder)).toBe(false)
  })

  it('are distinguished from those of a step that removed one, or wrote binary data', () => {
    const folder = stepFolder({})
    rmSync(join(folder, 'env'))
    const { program, args } = collect(folder)
    const { stdout, status } = spawnSync(program, args, { encoding: 'utf8' })
    expect({ status, files: splitFiles(stdout) }).toEqual({ status: 1, files: undefined })
    const binary = collect(stepFolder({ output: 'a\0b' }))
    expect(splitFiles(execFileSync(binary.program, binary.args, { encoding: 'utf8' }))).toBeUndefined()
  })
})
