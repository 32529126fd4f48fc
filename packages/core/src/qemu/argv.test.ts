import { describe, expect, it } from 'vitest'
import { qemuArgv } from './argv.ts'
import { launchOf } from '../../test/launch.ts'
import type { QemuLaunch } from './launch.ts'

const launch = launchOf({})

const head = (machine: string) => [
  'qemu-system-x86_64',
  ['-name', 'guest=kernelkit-a1', '-machine', machine, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
  ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
  ['-accel', 'tcg,thread=single', '-cpu', 'max', '-smp', '2', '-m', '512M'],
  ['-kernel', '/k/vmlinux', '-initrd', '/store/initrd.cpio', '-append', 'console=ttyS0'],
]

const devices = (bus: string, rom: string) => [
  ['-drive', 'file=/i/root.ext4,if=none,id=disk0,format=raw,snapshot=on', '-device', `virtio-blk-${bus},drive=disk0`],
  [
    '-fsdev',
    'local,id=share0,path=/src,security_model=none,multidevs=remap,readonly=on',
    '-device',
    `virtio-9p-${bus},fsdev=share0,mount_tag=cwd`,
  ],
  ['-netdev', 'user,id=net,hostfwd=tcp:127.0.0.1:4444-:22', '-device', `virtio-net-${bus},netdev=net,mac=52:54:00:12:34:56${rom}`],
  ['-device', `virtio-rng-${bus}`],
]

const port = ['-device', 'virtserialport,bus=agents.0,nr=1,chardev=agent,name=kernelkit.agent,id=agent-port']

describe('qemuArgv', () => {
  it('spells a microvm with connected descriptors', () => {
    expect(qemuArgv(launch, 'fd')).toEqual(
      [
        ...head('microvm'),
        ['-chardev', 'pipe,id=console,path=/run/kernelkit/vms/a1/console', '-serial', 'chardev:console'],
        ['-chardev', 'socket,id=agent,fd=3', '-device', 'virtio-serial-device,id=agents,max_ports=2', ...port],
        ...devices('device', ''),
        ['-action', 'panic=none'],
        ['-chardev', 'socket,id=qmp,fd=4', '-mon', 'chardev=qmp,mode=control'],
      ].flat(),
    )
  })

  it.each(['q35', 'pc'] as const)('spells a %s that can be pasted into a shell', (machine) => {
    expect(qemuArgv({ ...launch, machine }, 'standalone')).toEqual(
      [
        ...head(machine),
        ['-chardev', 'stdio,id=console', '-serial', 'chardev:console'],
        [
          '-chardev',
          'socket,id=agent,path=/run/kernelkit/vms/a1/agent.sock,server=on,wait=off',
          '-device',
          'virtio-serial-pci,id=agents,max_ports=2',
          ...port,
        ],
        ...devices('pci', ',romfile='),
        ['-device', 'pvpanic-pci', '-action', 'panic=none'],
        ['-chardev', 'socket,id=qmp,path=/run/kernelkit/vms/a1/qmp.sock,server=on,wait=off', '-mon', 'chardev=qmp,mode=control'],
      ].flat(),
    )
  })

  it('names the firmware that skips the devices', () => {
    const argv = qemuArgv({ ...launch, machine: 'q35', firmware: 'qboot' }, 'fd')
    expect(argv.slice(argv.indexOf('-machine'), argv.indexOf('-nodefaults'))).toEqual(['-machine', 'q35', '-bios', 'qboot.rom'])
  })

  it('has the same words for both transports but for those after -chardev', () => {
    for (const machine of ['microvm', 'q35', 'pc'] as const) {
      const full: QemuLaunch = { ...launch, machine, terminal: true, gdb: { kind: 'socket' } }
      const [connected, standalone] = [qemuArgv(full, 'fd'), qemuArgv(full, 'standalone')]
      expect(standalone).toHaveLength(connected.length)
      const different = connected.flatMap((word, index) => (word === standalone[index] ? [] : [connected[index - 1]]))
      expect(different).toEqual(['-chardev', '-chardev', '-chardev', '-chardev', '-chardev'])
    }
  })

  it('gives the gdb stub a private socket, also where a port is asked for', () => {
    expect(qemuArgv({ ...launch, gdb: { kind: 'socket' }, waitForDebugger: true }, 'fd').slice(-5)).toEqual([
      '-chardev',
      'socket,id=gdb,path=/run/kernelkit/vms/a1/gdb/stub.sock,server=on,wait=off',
      '-gdb',
      'chardev:gdb',
      '-S',
    ])
    const [socket, port] = [{ kind: 'socket' }, { kind: 'tcp', port: 1234 }] as const
    for (const transport of ['fd', 'standalone'] as const)
      expect(qemuArgv({ ...launch, gdb: port }, transport)).toEqual(qemuArgv({ ...launch, gdb: socket }, transport))
  })

  it('lets a guest of a restricted network reach nothing by itself, and forwards all the same', () => {
    const { network } = launch
    const argv = qemuArgv({ ...launch, network: { ...network, reach: 'nothing' } as typeof network }, 'fd')
    expect(argv).toContain('user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:4444-:22')
  })

  it('leads what a guest sends through a filter at run time, and what it receives where UDP ports are forwarded', () => {
    const filtered = { ...launch, network: { ...launch.network, reach: 'network' } as typeof launch.network }
    const udp = { protocol: 'udp', address: '127.0.0.1', hostPort: 1, guestPort: 2 } as const
    const withUdp = { ...filtered, network: { ...filtered.network, forwards: [udp] } as typeof launch.network }
    const wordsAfterCard = (argv: readonly string[]) =>
      argv.slice(argv.findIndex((word) => word.startsWith('virtio-net')) + 1, argv.indexOf('virtio-rng-device') - 1)
    const sent = ['-chardev', 'socket,id=net-sent,fd=6', '-chardev', 'socket,id=net-passed,fd=7']
    const sentFilters = [
      ['-object', 'filter-redirector,id=sent-back,netdev=net,queue=rx,indev=net-passed'],
      ['-object', 'filter-redirector,id=sent-out,netdev=net,queue=rx,outdev=net-sent'],
    ].flat()
    expect(wordsAfterCard(qemuArgv(filtered, 'fd'))).toEqual([...sent, ...sentFilters])
    const received = [
      ['-chardev', 'socket,id=net-received,fd=8', '-chardev', 'socket,id=net-noted,fd=9'],
      ['-object', 'filter-redirector,id=received-out,netdev=net,queue=tx,outdev=net-received'],
      ['-object', 'filter-redirector,id=received-back,netdev=net,queue=tx,indev=net-noted'],
    ].flat()
    expect(wordsAfterCard(qemuArgv(withUdp, 'fd'))).toEqual([...sent, ...sentFilters, ...received])
    expect(qemuArgv(filtered, 'standalone')).toEqual(qemuArgv(launch, 'standalone'))
    expect(wordsAfterCard(qemuArgv(launch, 'fd'))).toEqual([])
  })

  it('doubles commas in paths, which would end the value', () => {
    const argv = qemuArgv(
      { ...launch, drives: [{ path: '/a,b', format: 'raw', mode: 'rw' }], shares: [{ host: '/c,d', tag: 't', readonly: false }] },
      'fd',
    )
    expect(argv).toContain('file=/a,,b,if=none,id=disk0,format=raw')
    expect(argv).toContain('local,id=share0,path=/c,,d,security_model=none,multidevs=remap')
  })

  it('shares a home that is only read, and the root, from the tree in which a veil hides names, and what is written from its own place', () => {
    const veils = { layers: '/store/layers', homes: [{ path: '/home/me', names: ['/home/me/.netrc'] }] }
    const confinement = { way: 'root', hidden: [{ path: '/proc', kind: 'directory' }], needed: [], exposed: [], veils } as const
    const shares = ['/', '/home/me', '/home', '/home/me/src'].map((host) => ({ host, tag: host, readonly: true }))
    const paths = (change: Partial<QemuLaunch>): readonly string[] =>
      qemuArgv({ ...launch, confinement, shares, ...change }, 'fd').flatMap((word) => word.match(/path=([^,]*),security/)?.[1] ?? [])
    expect(paths({})).toEqual(['/proc/root', '/proc/root/home/me', '/proc/root/home', '/home/me/src'])
    expect(paths({ shares: [{ host: '/home/me', tag: 'home', readonly: false }] })).toEqual(['/home/me'])
    expect(paths({ confinement: { ...confinement, hidden: [] } }).slice(1)).toEqual(['/home/me', '/home', '/home/me/src'])
  })

  it("puts the user's words last and leaves out what was not asked for", () => {
    const bare = qemuArgv(
      {
        ...launch,
        accel: 'kvm',
        initrd: undefined,
        agent: false,
        drives: [],
        shares: [],
        network: { kind: 'none' },
        extraArgs: ['-m', '1G'],
      },
      'fd',
    )
    expect(bare.slice(-2)).toEqual(['-m', '1G'])
    expect(bare.join(' ')).not.toMatch(/initrd|virtserialport|netdev|fsdev|-drive/)
    expect(bare).toContain('host')
  })
})
