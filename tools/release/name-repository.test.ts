import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../source-files.ts'
import { nameRepository } from './name-repository.ts'

it('names the repository and the folder in each published package, and changes nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernelkit-packages-'))
  try {
    const file = 'packages/cli/package.json'
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(repository, file), join(folder, file))
    const before = JSON.parse(readFileSync(join(folder, file), 'utf8')) as object
    expect(nameRepository(folder, 'https://github.com/someone/kernelkit')).toEqual([file])
    expect(JSON.parse(readFileSync(join(folder, file), 'utf8'))).toEqual({
      ...before,
      repository: { type: 'git', url: 'git+https://github.com/someone/kernelkit.git', directory: 'packages/cli' },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
