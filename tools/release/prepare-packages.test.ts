import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../source-files.ts'
import { preparePackages } from './prepare-packages.ts'

it('adds address and licence to each published package, and leaves out only the dependencies of a bundle', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kernelkit-packages-'))
  const read = (file: string) => readFileSync(join(directory, file), 'utf8')
  try {
    for (const name of ['cli', 'vm', 'private']) mkdirSync(join(directory, 'packages', name), { recursive: true })
    for (const file of ['LICENSE', 'packages/cli/package.json', 'packages/cli/README.md', 'packages/vm/package.json'])
      cpSync(join(repository, file), join(directory, file))
    writeFileSync(join(directory, 'packages/private/package.json'), '{"name": "private", "private": true}')
    const { dependencies, ...before } = JSON.parse(read('packages/cli/package.json')) as Record<string, unknown>
    const library = JSON.parse(read('packages/vm/package.json')) as Record<string, unknown>
    expect([dependencies, library['dependencies']]).toEqual([expect.any(Object), expect.any(Object)])
    expect(preparePackages(directory, 'https://github.com/someone/kernelkit')).toEqual(['kernelkit', '@kernelkit/vm'])
    expect(JSON.parse(read('packages/cli/package.json'))).toEqual({
      ...before,
      repository: { type: 'git', url: 'git+https://github.com/someone/kernelkit.git', directory: 'packages/cli' },
    })
    expect(JSON.parse(read('packages/vm/package.json'))).toEqual({
      ...library,
      repository: { type: 'git', url: 'git+https://github.com/someone/kernelkit.git', directory: 'packages/vm' },
    })
    expect(read('packages/cli/LICENSE')).toBe(read('LICENSE'))
    expect(read('packages/cli/README.md')).toBe(readFileSync(join(repository, 'packages/cli/README.md'), 'utf8'))
    expect(read('packages/private/package.json')).toBe('{"name": "private", "private": true}')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
