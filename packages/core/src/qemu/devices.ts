import { archRows, machines } from '../arch/index.ts'
import { exportedPath, isOfTree } from '../confine/confined-argv.ts'
import { chardevArgs } from './chardev.ts'
import { daemonSocket } from './virtiofsd.ts'
import {
  agentPortId,
  agentPortName,
  filteredWays,
  optionValue,
  qemuFds,
  virtioBus,
  type Argv,
  type FilteredWay,
  type QemuLaunch,
  type Transport,
} from './launch.ts'

/** The kernel console: a port of the machine, from the first message to the last, without loss (hvc0 has neither). */
export function consoleArgs(launch: QemuLaunch, transport: Transport): Argv {
  return [...chardevArgs('console', launch, transport), ...archRows[launch.arch].consoleArgs]
}

/** The guest agent's channel: a virtio-serial port, binary clean, that throttles instead of dropping. */
export function agentArgs(launch: QemuLaunch, transport: Transport): Argv {
  if (!launch.agent) return []
  return [
    chardevArgs('agent', launch, transport),
    // max_ports: the guest sets up two queues for each while it boots, and QEMU's default is 31 ports.
    ['-device', `virtio-serial-${virtioBus(launch)},id=agents,max_ports=2`],
    // nr=1: number 0 is reserved for a virtconsole. The guest finds the port by its name.
    ['-device', `virtserialport,bus=agents.0,nr=1,chardev=agent,name=${agentPortName},id=${agentPortId}`],
  ].flat()
}

/** hvc0, a login terminal for people. */
export function terminalArgs(launch: QemuLaunch, transport: Transport): Argv {
  if (!launch.terminal) return []
  return [
    chardevArgs('terminal', launch, transport),
    // max_ports=1: the port is added while the driver probes. With more ports it comes later, over a work queue that the boot does not wait for.
    ['-device', `virtio-serial-${virtioBus(launch)},id=terminals,max_ports=1`],
    ['-device', 'virtconsole,bus=terminals.0,chardev=terminal'],
  ].flat()
}

// snapshot=on: writes go to an unlinked file in TMPDIR, the image is only read. readonly=on: the guest gets EROFS.
const modes = { snapshot: ',snapshot=on', ro: ',readonly=on', rw: '' } as const

/** Disks in order: /dev/vda, /dev/vdb, … */
export function driveArgs(launch: Pick<QemuLaunch, 'machine' | 'drives'>): Argv {
  return launch.drives.flatMap((drive, index) =>
    [
      // The format is said: probing a raw image would let the guest choose what the host opens.
      ['-drive', `file=${optionValue(drive.path)},if=none,id=disk${index},format=${drive.format}${modes[drive.mode]}`],
      ['-device', `virtio-blk-${virtioBus(launch)},drive=disk${index}`],
    ].flat(),
  )
}

/**
 * Host directories. Over virtiofs a daemon serves them at its socket. Over 9p:
 * security_model=none: owners and modes as they are on the host; a change of owner that the host refuses is ignored, so that it works
 * unprivileged. multidevs=remap: file systems below the directory keep distinct inode numbers. readonly=on: QEMU itself refuses writes.
 */
export function shareArgs(launch: Pick<QemuLaunch, 'machine' | 'shares' | 'confinement' | 'runtimeDirectory'>): Argv {
  return launch.shares.flatMap((share, index) => {
    if (share.transport === 'virtiofs') {
      return [
        ['-chardev', `socket,id=share${index},path=${optionValue(daemonSocket(launch, index))}`],
        ['-device', `vhost-user-fs-${virtioBus(launch)},chardev=share${index},tag=${optionValue(share.tag)}`],
      ].flat()
    }
    const path = launch.confinement !== undefined && isOfTree(share, launch.confinement) ? exportedPath(share.host) : share.host
    const mode = share.readonly ? ',readonly=on' : ''
    return [
      ['-fsdev', `local,id=share${index},path=${optionValue(path)},security_model=none,multidevs=remap${mode}`],
      // The guest mounts it by its tag.
      ['-device', `virtio-9p-${virtioBus(launch)},fsdev=share${index},mount_tag=${optionValue(share.tag)}`],
    ].flat()
  })
}

/**
 * User-mode network: 10.0.2.0/24, host 10.0.2.2, name server 10.0.2.3, no privilege needed. At run time packets from the guest go through
 * a filter in the VM host process (core/network): QEMU has no switch for what they may reach of this host. A pasted command line has none.
 */
export function networkArgs(launch: Pick<QemuLaunch, 'machine' | 'network'>, transport: Transport): Argv {
  const network = launch.network
  if (network.kind === 'none') return []
  const forwards = network.forwards.map(
    (forward) => `,hostfwd=${forward.protocol}:${forward.address}:${forward.hostPort}-:${forward.guestPort}`,
  )
  // romfile=: no network boot, and no need for the ROM's package on the host. virtio-mmio devices have none.
  const rom = virtioBus(launch) === 'pci' ? ',romfile=' : ''
  return [
    // restrict: nothing that the guest begins leaves QEMU; forwarded ports work all the same.
    ['-netdev', `user,id=net${network.reach === 'nothing' ? ',restrict=on' : ''}${forwards.join('')}`],
    ['-device', `virtio-net-${virtioBus(launch)},netdev=net,mac=${network.mac}${rom}`],
    ...(transport === 'fd' ? filteredWays(launch).map(filterArgs) : []),
  ].flat()
}

/** Packets of one way leave QEMU at `out` and come in again at `back`. They pass filters of queue rx in reverse order (QEMU net/filter.c, netfilter_next()). */
function filterArgs({ id, queue, out, back }: FilteredWay): Argv {
  const chardevs = [out, back].flatMap((name) => ['-chardev', `socket,id=${name},fd=${qemuFds[name]}`])
  const [leave, enter] = [`${id}-out,netdev=net,queue=${queue},outdev=${out}`, `${id}-back,netdev=net,queue=${queue},indev=${back}`]
  const inOrder = queue === 'rx' ? [enter, leave] : [leave, enter]
  return [...chardevs, ...inOrder.flatMap((filter) => ['-object', `filter-redirector,id=${filter}`])]
}

/** Entropy from the host's /dev/urandom: without it getrandom() blocks for seconds in guests whose CPU has no rdrand. */
export function rngArgs(launch: Pick<QemuLaunch, 'machine'>): Argv {
  return ['-device', `virtio-rng-${virtioBus(launch)}`]
}

/** What reports a guest in trouble as a QMP event: its panic, in addition to the text on the console, and its watchdog. */
export function alarmArgs(launch: Pick<QemuLaunch, 'machine' | 'watchdog'>): Argv {
  const { panicDevice } = machines[launch.machine]
  return [
    // Where there is none, the console alone reports a panic.
    panicDevice === undefined ? [] : ['-device', panicDevice],
    // Only report: QEMU's default ends the guest inside panic(), before the rest of the trace is printed.
    ['-action', 'panic=none'],
    // Stop, not end: QEMU's `poweroff` exits before the event is read (QEMU softmmu/watchdog.c, watchdog_perform_action).
    launch.watchdog ? ['-device', 'i6300esb', '-action', 'watchdog=pause'] : [],
  ].flat()
}
