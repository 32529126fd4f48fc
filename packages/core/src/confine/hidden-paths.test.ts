import { describe, expect, it } from 'vitest'
import { homesOf } from './credentials.ts'
import { isWithin, layCovers } from './confined-argv.ts'
import { hiddenPaths, parseMountinfo, type HideInput } from './hidden-paths.ts'

const directory = (path: string) => ({ path, kind: 'directory' }) as const
const file = (path: string) => ({ path, kind: 'file' }) as const

function hiddenOf(change: Partial<HideInput>): readonly string[] {
  const nothing = { mounts: [], fileMounts: [], credentials: [], exported: ['/'], asked: [], used: [], exposed: [] }
  return hiddenPaths({ ...nothing, ...change }).map(({ path }) => path)
}

const mounts = [
  ['/', 'ext4'],
  ['/proc', 'proc'],
  ['/home', 'ext4'],
  ['/usr', 'ext4'],
  ['/mnt/data', 'xfs'],
  ['/mnt/data/deep', 'nfs4'],
  ['/home/me/net', 'fuse.sshfs'],
  ['/srv/root/proc', 'proc'],
  ['/etc/secret', 'tmpfs'],
].map(([path = '', fsType = '']) => ({ path, fsType }))
const fileMounts = ['/etc/secret']
const runtime = ['/proc', '/sys', '/dev', '/run', '/tmp']

describe('hiddenPaths', () => {
  it('hides what is not a file of the host, and mounts that were not asked for', () => {
    expect(hiddenOf({ mounts, fileMounts })).toEqual([
      ...runtime,
      '/home',
      '/mnt/data',
      '/mnt/data/deep',
      '/home/me/net',
      '/srv/root/proc',
      '/etc/secret',
    ])
    expect(hiddenPaths({ mounts, fileMounts, credentials: [], exported: ['/'], asked: [], used: [], exposed: [] })).toContainEqual(
      file('/etc/secret'),
    )
  })

  it('keeps the file systems that the user works in, but no kernel interface on them', () => {
    const asked = ['/mnt/data/deep/work', '/srv/root']
    expect(hiddenOf({ mounts, fileMounts, asked, used: ['/home/me'] })).toEqual([
      ...runtime,
      '/mnt/data',
      '/home/me/net',
      '/srv/root/proc',
      '/etc/secret',
    ])
    expect(hiddenOf({ mounts, fileMounts, asked: ['/home/me'] })).not.toContain('/home/me/net')
  })

  it('hides credentials, unless exactly they are asked for or exposed', () => {
    const credentials = [directory('/home/me/.ssh'), file('/home/me/.netrc')]
    expect(hiddenOf({ credentials })).toEqual([...runtime, '/home/me/.ssh', '/home/me/.netrc'])
    expect(hiddenOf({ credentials, exported: ['/home/me'], asked: ['/home/me'] })).toEqual(['/home/me/.ssh', '/home/me/.netrc'])
    expect(hiddenOf({ credentials, exported: ['/home/me/.ssh'], asked: ['/home/me/.ssh'] })).toEqual([])
    expect(hiddenOf({ credentials, exposed: ['/home/me/.ssh'] })).toEqual([...runtime, '/home/me/.netrc'])
    expect(hiddenOf({ credentials, exposed: ['/home/me', '/run'] })).toEqual(['/proc', '/sys', '/dev', '/tmp'])
  })

  it('hides nothing where a directory of the user is all that the guest gets', () => {
    expect(hiddenOf({ mounts, fileMounts, exported: ['/home/me/src'], asked: ['/home/me/src'] })).toEqual([])
  })
})

describe('layCovers', () => {
  it('covers the outermost path once, and shows inside only what is hidden', () => {
    const hidden = [directory('/mnt/data/deep'), directory('/tmp'), directory('/mnt/data')]
    expect(layCovers(hidden, [file('/tmp/k/vmlinux'), directory('/home/me')])).toEqual([
      { ...directory('/tmp'), inside: [{ ...file('/tmp/k/vmlinux'), at: '/k/vmlinux' }] },
      { ...directory('/mnt/data'), inside: [] },
    ])
  })

  it('covers what is inside of something that is shown inside of a cover', () => {
    const hidden = [directory('/tmp'), directory('/tmp/home/.ssh'), file('/tmp/other')]
    expect(layCovers(hidden, [directory('/tmp/home'), file('/tmp/home/.ssh/known_hosts')])).toEqual([
      { ...directory('/tmp'), inside: [{ ...directory('/tmp/home'), at: '/home' }] },
      { ...directory('/tmp/home/.ssh'), inside: [{ ...file('/tmp/home/.ssh/known_hosts'), at: '/known_hosts' }] },
    ])
  })

  it('covers a path all the same when QEMU only opens it', () => {
    expect(layCovers([directory('/tmp')], [directory('/tmp')])).toEqual([{ ...directory('/tmp'), inside: [] }])
  })
})

it('homesOf finds the homes of people and of root', () => {
  const passwd =
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\nme:x:1000:1000:Me:/home/me:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n'
  expect(homesOf(passwd)).toEqual(['/root', '/home/me'])
})

it('parseMountinfo reads places and types, with escapes undone, and what is mounted last at a place', () => {
  const text = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw
40 27 8:1 /sub /mnt/a\\040b\\134c\\011d rw - ext4 /dev/sda1 rw
41 27 0:50 / /mnt/grün rw - fuse.sshfs me@host: rw
42 27 0:51 / /media rw - autofs systemd-1 rw
43 42 8:2 / /media rw - vfat /dev/sdb1 rw
`
  expect(parseMountinfo(text)).toEqual([
    { path: '/proc', fsType: 'proc' },
    { path: '/', fsType: 'ext4' },
    { path: '/mnt/a b\\c\td', fsType: 'ext4' },
    { path: '/mnt/grün', fsType: 'fuse.sshfs' },
    { path: '/media', fsType: 'vfat' },
  ])
  expect(parseMountinfo('')).toEqual([])
})

it('isWithin compares whole names', () => {
  expect(isWithin('/a/b', '/a')).toBe(true)
  expect(isWithin('/a', '/a')).toBe(true)
  expect(isWithin('/ab', '/a')).toBe(false)
  expect(isWithin('/x', '/')).toBe(true)
})
