import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskFormats, type DiskFormat } from '@kernelkit/core/disk'
import { nodeHost, openStore, type Host, type Store } from '@kernelkit/host'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { directoryDisk } from './directory-disk.ts'

const host = nodeHost()
let [base, directory] = ['', '']
let store: Store
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-test-')))
  directory = join(base, 'share')
  await mkdir(directory)
  store = await openStore(host, join(base, 'store'))
})
afterEach(() => rm(base, { recursive: true, force: true }))

/** Everything old enough to be found again. */
async function age(): Promise<Host> {
  return { ...host, now: () => host.now() + 10_000 }
}

const formatOf = (fsType: string): DiskFormat => {
  const found = diskFormats.find((one) => one.fsType === fsType)
  if (found === undefined) throw new Error(`no format ${fsType}`)
  return found
}

/** The disk's content in a directory, by the format's own program. */
async function unpacked(path: string): Promise<string> {
  const to = join(base, 'out')
  await rm(to, { recursive: true, force: true })
  if (path.endsWith('.erofs')) execFileSync('fsck.erofs', [`--extract=${to}`, path], { stdio: 'ignore' })
  else if (path.endsWith('.squashfs')) execFileSync('unsquashfs', ['-d', to, path], { stdio: 'ignore' })
  else {
    await mkdir(to)
    execFileSync('debugfs', ['-R', `rdump / ${to}`, path], { stdio: 'ignore' })
  }
  return to
}

describe('a disk made of a directory', () => {
  it.each(diskFormats.map(({ fsType }) => fsType))('%s has its files, owners, modes, times and links, and is made once', async (fsType) => {
    await mkdir(join(directory, 'a b'))
    await writeFile(join(directory, 'a b/x'), 'content\n')
    await chmod(join(directory, 'a b/x'), 0o750)
    if (host.uid === 0) await chown(join(directory, 'a b/x'), 1234, 56)
    await utimes(join(directory, 'a b/x'), 1_000_000_000, 1_000_000_000)
    await link(join(directory, 'a b/x'), join(directory, 'y'))
    await symlink('a b/x', join(directory, 'z'))
    execFileSync('mkfifo', [join(directory, 'pipe')])
    const server = createServer().listen(join(directory, 'socket'))
    await once(server, 'listening')
    try {
      const old = await age()
      const { path, lines } = await directoryDisk(old, store, { directory, format: formatOf(fsType), hidden: [] })
      expect(lines).toEqual([])
      const again = await directoryDisk(old, store, { directory, format: formatOf(fsType), hidden: [] })
      expect(again.path).toBe(path)
      await chmod(join(directory, 'a b/x'), 0o755)
      expect((await directoryDisk(old, store, { directory, format: formatOf(fsType), hidden: [] })).path).not.toBe(path)
      const out = await unpacked(path)
      const { uid, gid, mode, mtimeMs } = await lstat(join(out, 'a b/x'))
      expect({ uid, gid, mode: mode & 0o777, mtimeMs }).toEqual({
        uid: host.uid === 0 ? 1234 : host.uid,
        gid: host.uid === 0 ? 56 : (process.getgid?.() ?? 0),
        mode: 0o750,
        mtimeMs: 1_000_000_000_000,
      })
      expect(await readFile(join(out, 'z'), 'utf8')).toBe('content\n')
      expect((await readdir(out)).filter((name) => name !== 'lost+found' && name !== 'socket')).toEqual(
        expect.arrayContaining(['a b', 'y', 'z']),
      )
    } finally {
      server.close()
    }
  })

  it('of an entry of the store is found again, without a list of its files', async () => {
    const modules = join(store.root, 'kernel/0123/modules')
    await mkdir(modules, { recursive: true })
    await writeFile(join(modules, 'file'), 'content\n')
    const started: (readonly string[])[] = []
    const watched: Host = {
      ...host,
      run: (argv, options) => {
        started.push(argv)
        return host.run(argv, options)
      },
    }
    const ask = { directory: modules, format: formatOf('ext4'), hidden: [] }
    const { path } = await directoryDisk(watched, store, ask)
    expect(await readFile(join(await unpacked(path), 'file'), 'utf8')).toBe('content\n')
    expect(started.map(([program]) => program)).toEqual(['sh', 'mke2fs'])
    expect(await directoryDisk(watched, store, ask)).toEqual({ path, lines: [] })
    expect(started).toHaveLength(2)
  })

  it.each(['erofs', 'squashfs'])('%s leaves out what the guest must not see, and says so', async (fsType) => {
    await mkdir(join(directory, '.ssh'))
    await writeFile(join(directory, '.ssh/id'), 'secret')
    await writeFile(join(directory, 'file'), '')
    const { path, lines } = await directoryDisk(host, store, {
      directory,
      format: formatOf(fsType),
      hidden: [join(directory, '.ssh'), '/etc/shadow'],
    })
    expect(lines).toEqual([`left out of the disk of ${directory}: .ssh (credentials or other file systems)`])
    expect(await readdir(await unpacked(path))).toEqual(['file'])
    expect((await readFile(path)).includes('secret')).toBe(false)
  })

  it('is refused where the program cannot leave out what the guest must not see', async () => {
    await mkdir(join(directory, '.ssh'))
    await expect(
      directoryDisk(host, store, { directory, format: formatOf('ext4'), hidden: [join(directory, '.ssh')] }),
    ).rejects.toMatchObject({
      code: 'HOST_LACKS',
      hint: expect.stringContaining('Install erofs-utils') as string,
    })
  })

  it('made of files that just changed is not found again', async () => {
    await writeFile(join(directory, 'file'), '')
    const ask = { directory, format: formatOf('ext4'), hidden: [] }
    expect((await directoryDisk(host, store, ask)).path).not.toBe((await directoryDisk(host, store, ask)).path)
  })

  it('is refused for a directory that is too large, before anything is read', async () => {
    await truncate(join(directory, 'file'), 0).catch(() => writeFile(join(directory, 'file'), ''))
    await truncate(join(directory, 'file'), 5 * 2 ** 30)
    await expect(directoryDisk(host, store, { directory, format: formatOf('erofs'), hidden: [] })).rejects.toMatchObject({
      code: 'SHARE_TOO_LARGE',
      message: `${directory} has 5120 MiB, too many for a disk of the guest: at most 4096 MiB.`,
    })
  })

  it('is refused when the store has no room for it', async () => {
    await writeFile(join(directory, 'file'), 'x'.repeat(10_000))
    const full: Host = {
      ...host,
      fs: { ...host.fs, statfs: (async () => ({ bavail: 1, bsize: 4096 })) as unknown as Host['fs']['statfs'] },
    }
    await expect(directoryDisk(full, store, { directory, format: formatOf('ext4'), hidden: [] })).rejects.toMatchObject({
      code: 'DISK_FULL',
    })
  })

  it('is tried again when the directory changes meanwhile, and given up when it always does', async () => {
    let runs = 0
    let changes = 1
    const busy: Host = {
      ...host,
      now: () => host.now() + 10_000,
      run: async (argv, options) => {
        const result = await host.run(argv, options)
        if (argv[0] === 'mke2fs' && runs++ < changes) await writeFile(join(directory, `new${runs}`), '')
        return result
      },
    }
    const ask = { directory, format: formatOf('ext4'), hidden: [] }
    const { path } = await directoryDisk(busy, store, ask)
    expect(runs).toBe(2)
    expect(await readdir(await unpacked(path))).toContain('new1')
    ;[runs, changes] = [0, 100]
    await writeFile(join(directory, 'other'), '')
    await expect(directoryDisk(busy, store, ask)).rejects.toMatchObject({ code: 'SHARE_CHANGES' })
    expect(runs).toBe(3)
    expect((await readdir(join(base, 'store/disks'))).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('names the package of a program that is missing', async () => {
    await writeFile(join(directory, 'file'), '')
    const { argv, ...format } = formatOf('erofs')
    const missing: DiskFormat = { ...format, argv: (input) => ['mkfs.no-such-erofs', ...argv(input).slice(1)] }
    await expect(directoryDisk(host, store, { directory, format: missing, hidden: [] })).rejects.toMatchObject({
      hint: expect.stringContaining('erofs-utils') as string,
    })
  })
})
