import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultStoreRoot } from '@kernelkit/host'
import { kernelkit, type CommandResult } from './lib/kernelkit.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-doctor-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const run = (words: readonly string[], path: string): Promise<CommandResult> =>
  kernelkit(words, { env: { PATH: path, HOME: directory, KERNELKIT_CACHE_DIR: join(directory, 'store') } })

/** A PATH of our own: an apt-get that notes its words and "installs" gdb, and a sudo that needs no password. */
async function pathWithApt(): Promise<string> {
  const bin = join(directory, 'bin')
  await mkdir(bin)
  for (const program of ['sh', 'env', 'id', 'touch', 'chmod']) await symlink(`/usr/bin/${program}`, join(bin, program))
  await writeFile(join(bin, 'apt-get'), `#!/bin/sh\necho "$*" >> ${directory}/apt.log\ntouch ${bin}/gdb\nchmod 755 ${bin}/gdb\n`)
  await writeFile(join(bin, 'sudo'), '#!/bin/sh\nshift\nexec "$@"\n')
  for (const program of ['apt-get', 'sudo']) await chmod(join(bin, program), 0o755)
  return bin
}

describe('kernelkit doctor', () => {
  it('names what is missing, exits with status 1, and --fix --dry-run installs nothing', async () => {
    const path = await pathWithApt()
    const answer = await run(['doctor', '--fix', '--dry-run'], path)
    expect(answer.exitCode).toBe(1)
    expect(answer.stdout).toMatch(
      /^MISSING {2}qemu .*no qemu-system-x86_64 {2}-> (sudo )?apt-get install -y --no-install-recommends qemu-system-x86$/m,
    )
    expect(answer.stdout).toMatch(/^absent {3}gdb .* -> .*apt-get install -y --no-install-recommends gdb$/m)
    expect(answer.stderr).toMatch(/^would run: .*apt-get install .*qemu-system-x86 .*gdb/m)
    expect(await readdir(directory)).not.toContain('apt.log')
  })

  it('--fix installs everything with one apt-get after saying so, and looks again', async () => {
    const path = await pathWithApt()
    const answer = await run(['doctor', '--fix', '--json'], path)
    const document = JSON.parse(answer.stdout) as {
      ok: boolean
      installed: readonly string[]
      checks: readonly { name: string; status: string }[]
    }
    expect(document.installed).toEqual(expect.arrayContaining(['qemu-system-x86', 'gcc', 'gdb']))
    expect(document.checks.find(({ name }) => name === 'gdb')?.status).toBe('ok')
    // Our apt-get brings no QEMU: the doctor believes its eyes.
    expect([document.ok, answer.exitCode]).toEqual([false, 1])
    expect(answer.stderr).toContain('running: ')
    expect(await readFile(join(directory, 'apt.log'), 'utf8')).toMatch(/install -y --no-install-recommends .*qemu-system-x86 .*gdb/)
  })
})

describe('commands that only read', () => {
  const absent = { HOME: '/nonexistent', KERNELKIT_CACHE_DIR: undefined, XDG_CACHE_HOME: undefined, XDG_RUNTIME_DIR: undefined }
  // Below /proc no user can make a directory, not even root.
  const unmakable = { ...absent, KERNELKIT_CACHE_DIR: '/proc/1/nowhere/store' }

  it.each([
    [['cache', 'ls'], 0],
    [['cache', 'ls', '--json'], 0],
    [['ps'], 0],
    [['ps', '--json'], 0],
  ])('%j works without a home directory, makes nothing and takes the store for empty', async (words, status) => {
    const answer = await kernelkit(words, { env: { ...absent, HOME: join(directory, 'home') } })
    expect(answer).toMatchObject({ exitCode: status })
    expect(answer.stderr + answer.stdout).not.toMatch(/ACCESS_DENIED|INTERNAL/)
    expect(await readdir(directory)).toEqual([])
    expect((await kernelkit(words, { env: unmakable })).exitCode).toBe(status)
  })

  it('doctor reports a store that cannot be made as a row, with all others', async () => {
    await writeFile(join(directory, 'file'), '')
    const answer = await kernelkit(['doctor', '--json'], { env: { ...absent, KERNELKIT_CACHE_DIR: join(directory, 'file/store') } })
    const { checks } = JSON.parse(answer.stdout) as { checks: readonly { name: string; status: string; detail: string; fix: string }[] }
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['qemu', 'build', 'ssh']))
    expect(checks.find(({ name }) => name === 'disk')).toMatchObject({
      status: 'missing',
      detail: expect.stringContaining('cannot be opened'),
      fix: 'Choose a directory with --cache-dir or KERNELKIT_CACHE_DIR.',
    })
    expect(answer.exitCode).toBe(1)
  })

  it('doctor makes no store', async () => {
    await kernelkit(['doctor'], { env: { ...absent, HOME: directory } })
    expect(await readdir(directory)).toEqual([])
  })
})

describe('kernelkit cache', () => {
  const path = process.env['PATH'] ?? ''

  it('lists and prunes by age, and --dry-run removes nothing', async () => {
    const entries = ['a'.repeat(32), 'b'.repeat(32)]
    for (const key of entries) {
      await mkdir(join(directory, 'store', 'kernel', key), { recursive: true })
      await writeFile(join(directory, 'store', 'kernel', key, 'key.txt'), '')
    }
    await utimes(join(directory, 'store', 'kernel', entries[0] ?? ''), 1000, 1000)
    expect((await run(['cache', 'ls'], path)).stdout).toMatch(/^kernel {2}a{12} /m)
    const dry = await run(['cache', 'prune', '--dry-run'], path)
    expect(dry.stderr).toMatch(/^would remove kernel a{12} /m)
    const pruned = JSON.parse((await run(['cache', 'prune', '--json'], path)).stdout) as { removed: readonly { name: string }[] }
    expect(pruned.removed.map(({ name }) => name)).toEqual([entries[0]])
    expect(await readdir(join(directory, 'store', 'kernel'))).toEqual([entries[1]])
  })

  it.each([
    [{ KERNELKIT_CACHE_DIR: 'own', XDG_CACHE_HOME: '/xdg' }],
    [{ KERNELKIT_CACHE_DIR: '', XDG_CACHE_HOME: 'relative' }],
    [{ XDG_CACHE_HOME: join(tmpdir(), `kernelkit-xdg-${process.pid}`) }],
    [{}],
  ])('the launcher and the command find the same default store with %j', async (given) => {
    const env = { KERNELKIT_CACHE_DIR: undefined, XDG_CACHE_HOME: undefined, HOME: directory, ...given }
    const store = defaultStoreRoot({ env, home: directory, cwd: directory, uid: 0 })
    await mkdir(store, { recursive: true })
    try {
      await kernelkit(['--version'], { cwd: directory, env })
      // Made by the launcher, before the command knows its store.
      expect(await readdir(store)).toEqual(['compiled'])
    } finally {
      await rm(store, { recursive: true })
      if (env.XDG_CACHE_HOME?.startsWith(tmpdir()) === true) await rm(env.XDG_CACHE_HOME, { recursive: true })
    }
  })

  it('keeps the code of the command that Node compiled, where there is a store, and neither lists nor removes it', async () => {
    const store = join(directory, 'store')
    await mkdir(store)
    await run(['cache', 'ls'], path)
    expect(await readdir(join(store, 'compiled'))).toHaveLength(1)
    expect((await run(['cache', 'prune', '--all'], path)).stderr).not.toContain('compiled')
    expect((await run(['cache', 'ls'], path)).stdout).not.toContain('compiled')
  })

  it('refuses what it does not understand before it touches the store', async () => {
    const answer = await run(['cache', 'prune', '--older-than', 'soon'], path)
    expect([answer.exitCode, answer.stderr]).toEqual([125, expect.stringContaining('BAD_DURATION')])
    expect(await readdir(directory)).toEqual([])
  })
})
