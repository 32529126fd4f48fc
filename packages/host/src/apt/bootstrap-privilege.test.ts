import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bootstrapPrivilege, subordinateIds } from './bootstrap-privilege.ts'
import type { Host, RunResult } from '../host.ts'
import { nodeHost } from '../node-host.ts'

const result = (exitCode: number, stderr = '', stdout = ''): RunResult => ({ exitCode, stderr, stdout, signal: undefined, seconds: 0 })

/** A user's machine with these programs; `files` replaces what is read. */
function machine({
  programs,
  files = {},
}: {
  programs: Readonly<Record<string, RunResult>>
  files?: Readonly<Record<string, string>>
}): Host {
  const host = nodeHost()
  const readFile = (path: string): Promise<string> =>
    path in files ? Promise.resolve(files[path] ?? '') : Promise.reject(new Error('ENOENT'))
  return {
    ...host,
    uid: 1000,
    fs: Object.assign({ ...host.fs }, { readFile }),
    which: async (name) => (name in programs ? `/usr/bin/${name}` : undefined),
    run: async ([name = '']) => (name === 'id' ? result(0, '', 'ann\n') : (programs[name] ?? result(127))),
  }
}
const map = { newuidmap: result(0), newgidmap: result(0) }
const ids = { '/etc/subuid': 'ann:100000:65536\n', '/etc/subgid': 'ann:100000:65536\n' }

describe('bootstrapPrivilege', () => {
  it('bootstrapPrivilege needs nothing as root', async () => {
    expect(await bootstrapPrivilege({ ...nodeHost(), uid: 0 })).toMatchObject({ kind: 'root', refused: [] })
  })

  it('bootstrapPrivilege prefers user namespaces to sudo', async () => {
    expect(await bootstrapPrivilege(machine({ programs: { ...map, mmdebstrap: result(0), sudo: result(0) }, files: ids }))).toMatchObject({
      kind: 'user-namespaces',
    })
  })

  it('bootstrapPrivilege falls back to sudo and says why', async () => {
    const files = { ...ids, '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' }
    expect(
      await bootstrapPrivilege(
        machine({ programs: { ...map, unshare: result(1, 'unshare: write failed /proc/self/uid_map'), sudo: result(0) }, files }),
      ),
    ).toEqual({
      kind: 'sudo',
      reason: expect.stringContaining('sudo needs no password'),
      refused: [
        {
          kind: 'user-namespaces',
          reason:
            '`unshare --user --map-auto --map-root-user true` failed: unshare: write failed /proc/self/uid_map (kernel.apparmor_restrict_unprivileged_userns is 1)',
        },
      ],
    })
  })

  it('bootstrapPrivilege names the package of newuidmap when PATH has all but that', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'kernelkit-thin-'))
    for (const program of ['id', 'unshare', 'newgidmap']) await symlink(`/usr/bin/${program}`, join(bin, program))
    const answer = await bootstrapPrivilege({ ...nodeHost({ env: { PATH: bin } }), uid: 1000 })
    await rm(bin, { recursive: true })
    expect(answer).toMatchObject({
      kind: 'none',
      reason: 'uid 1000 can use neither user namespaces (newuidmap is missing (package uidmap)) nor sudo (sudo is not installed)',
      packages: ['uidmap'],
    })
  })

  it('bootstrapPrivilege gives each reason when nothing works', async () => {
    const answer = await bootstrapPrivilege(
      machine({ programs: { ...map, sudo: result(1, 'sudo: a password is required\n') }, files: { '/etc/subuid': 'bob:100000:65536\n' } }),
    )
    expect(answer).toMatchObject({
      kind: 'none',
      fix: 'usermod --add-subuids 165536-231071 --add-subgids 165536-231071 ann',
      refused: [
        { kind: 'user-namespaces', reason: '/etc/subuid gives ann no range, 65536 are needed' },
        { kind: 'sudo', reason: 'sudo: a password is required' },
      ],
    })
  })
})

describe('subordinateIds', () => {
  it('subordinateIds takes the longest range of the name or the number', () => {
    expect(subordinateIds('bob:1:99999\nann:1:100\n1000:500:65536\n', ['ann', '1000'])).toBe(65536)
    expect(subordinateIds('', ['ann'])).toBe(0)
  })
})
