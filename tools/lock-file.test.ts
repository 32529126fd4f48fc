import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { completeLock, missingOptional, platformEntry, type LockFile } from './lock-file.ts'
import { repository } from './source-files.ts'

describe('the lock file', () => {
  it('holds every platform package, else `npm ci` fails (fixed by `node tools/complete-lock.ts`)', () => {
    const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as LockFile
    expect(missingOptional(lock)).toEqual([])
  })

  it('gets an entry per missing package of another platform', () => {
    const lock: LockFile = {
      packages: {
        'node_modules/tool': { optionalDependencies: { '@tool/linux-x64-musl': '1.2.3', '@tool/linux-x64-gnu': '1.2.3', loose: '^1.0.0' } },
        'node_modules/@tool/linux-x64-gnu': { version: '1.2.3' },
      },
    }
    const { completed, added } = completeLock(lock)
    expect(added).toEqual(['@tool/linux-x64-musl'])
    expect(Object.keys(completed.packages)).toEqual([
      'node_modules/@tool/linux-x64-gnu',
      'node_modules/@tool/linux-x64-musl',
      'node_modules/tool',
    ])
    expect(completed.packages['node_modules/@tool/linux-x64-musl']).toEqual({
      version: '1.2.3',
      cpu: ['x64'],
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    })
  })

  it('refuses a name without a platform', () => {
    expect(() => platformEntry('@tool/binding', '1.0.0')).toThrow('no platform in the package name @tool/binding')
  })
})
