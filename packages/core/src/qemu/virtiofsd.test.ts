import { describe, expect, it } from 'vitest'
import { launchOf } from '../../test/launch.ts'
import { qemuArgv } from './argv.ts'
import { replayScript } from './replay.ts'
import { daemonShares, virtiofsdArgv, type ShareDaemon } from './virtiofsd.ts'

const c: ShareDaemon = { program: '/usr/lib/qemu/virtiofsd', kind: 'c', unprivileged: false }
const launch = launchOf({
  machine: 'q35',
  shares: [
    { host: '/', tag: 'root', readonly: true, transport: 'virtiofs' },
    { host: '/src', tag: 'nine', readonly: true },
    { host: '/out', tag: 'share0', readonly: false, transport: 'virtiofs' },
  ],
  virtiofsd: c,
})

const argvs = (virtiofsd: ShareDaemon): readonly (readonly string[])[] =>
  daemonShares(launch).map((one) => virtiofsdArgv({ ...launch, virtiofsd }, one).filter((word) => !word.startsWith('set -e')))

describe('virtiofsd', () => {
  it('serves each share from mounts of its own, and dies with its parent', () => {
    expect(argvs(c)).toEqual([
      [
        'unshare',
        '--mount',
        'sh',
        '-c',
        'virtiofsd',
        '/run/kernelkit/vms/a1/fs0',
        '/',
        '/run/kernelkit/vms/a1',
        'a1',
        'ro',
        'setpriv',
        '--pdeathsig',
        'KILL',
        '/usr/lib/qemu/virtiofsd',
        '--socket-path=/run/a1/fs0.sock',
        '-o',
        'source=/run/share,sandbox=chroot,cache=always',
        '-o',
        'log_level=warn',
        '--rlimit-nofile=0',
      ],
      [
        'unshare',
        '--mount',
        'sh',
        '-c',
        'virtiofsd',
        '/run/kernelkit/vms/a1/fs2',
        '/out',
        '/run/kernelkit/vms/a1',
        'a1',
        'rw',
        'setpriv',
        '--pdeathsig',
        'KILL',
        '/usr/lib/qemu/virtiofsd',
        '--socket-path=/run/a1/fs2.sock',
        '-o',
        'source=/run/share,sandbox=chroot,cache=auto',
        '-o',
        'log_level=warn',
        '--rlimit-nofile=0',
      ],
    ])
  })

  it('covers in the root of the host what QEMU may not see either, but for what is exposed', () => {
    const confinement = {
      way: 'root',
      hidden: [
        { path: '/proc', kind: 'directory' },
        { path: '/root/.npmrc', kind: 'file' },
      ],
      needed: [],
      exposed: [{ path: '/proc/sys', kind: 'directory' }],
      later: { seen: ['/', '/proc'], free: [] },
    } as const
    const scripts = daemonShares(launch).map(
      (one) => virtiofsdArgv({ ...launch, confinement }, one).find((word) => word.startsWith('set -e')) ?? '',
    )
    expect(scripts[0]?.split('\n').filter((line) => /cover\d/.test(line))).toEqual([
      'mkdir -p "$place/cover0"',
      'if [ -e "$place/share"/proc/sys ]; then mkdir -p "$place/cover0"/sys && mount --rbind "$place/share"/proc/sys "$place/cover0"/sys || [ ! -e "$place/share"/proc/sys ]; fi',
      'cover "$place/cover0" "$place/share"/proc || cover "$place/cover0" "$place/share"/proc || [ ! -e "$place/share"/proc ]',
      'mkdir -p "$(dirname "$place/cover1")" && : > "$place/cover1"',
      'cover "$place/cover1" "$place/share"/root/.npmrc || cover "$place/cover1" "$place/share"/root/.npmrc || [ ! -e "$place/share"/root/.npmrc ]',
    ])
    expect(scripts[0]).toContain(`case \${path#"$place/share"} in '' | / | /proc) ;; *)`)
    expect(scripts[1]).not.toMatch(/cover\d/)
  })

  it('runs in a user namespace for a user who is not root, the C daemon without O_NOATIME', () => {
    const [first = []] = argvs({ ...c, unprivileged: true, preload: '/store/no-atime.so' })
    expect(first.slice(0, 4)).toEqual(['unshare', '--map-root-user', '--map-auto', '--mount'])
    expect(first.join(' ')).toContain('setpriv --pdeathsig KILL env LD_PRELOAD=/store/no-atime.so /usr/lib/qemu/virtiofsd')
  })

  it('the one in Rust takes its own options', () => {
    const [first = []] = argvs({ program: '/usr/libexec/virtiofsd', kind: 'rust', unprivileged: false })
    expect(first.slice(first.indexOf('/usr/libexec/virtiofsd'))).toEqual([
      '/usr/libexec/virtiofsd',
      '--socket-path=/run/a1/fs0.sock',
      '--shared-dir=/run/share',
      '--sandbox=chroot',
      '--cache=always',
      '--log-level=warn',
      '--rlimit-nofile=0',
    ])
  })

  it('QEMU shares its memory with it, and no memory where there is none', () => {
    const argv = qemuArgv(launch, 'fd').join(' ')
    expect(argv).toContain('-machine q35,memory-backend=memory')
    expect(argv).toContain('-object memory-backend-memfd,id=memory,size=512M,share=on')
    expect(argv).toContain(
      '-chardev socket,id=share0,path=/run/kernelkit/vms/a1/fs0.sock -device vhost-user-fs-pci,chardev=share0,tag=root -fsdev local,id=share1,path=/src',
    )
    expect(qemuArgv(launchOf({}), 'fd').join(' ')).not.toContain('memory-backend')
  })

  it('a replay starts it before QEMU, and lets it write to nothing', () => {
    const script = replayScript({ launch, command: undefined })
    expect(script.indexOf('fs2.sock" ]; do')).toBeLessThan(script.indexOf('qemu-system'))
    expect(script).toMatch(/"\$directory"\/fs2 \/out "\$directory" a1 ro setpriv/)
  })
})
