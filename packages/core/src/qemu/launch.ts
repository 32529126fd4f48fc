import type { ShareDaemon } from './virtiofsd.ts'
import { machines, type AccelName, type ArchName, type FirmwareName, type MachineName } from '../arch/index.ts'
import type { Confinement } from '../confine/index.ts'

/** A block device: virtio-blk, `snapshot` puts a throw-away overlay above the file. */
export interface Drive {
  readonly path: string
  readonly format: 'raw' | 'qcow2'
  readonly mode: 'snapshot' | 'ro' | 'rw'
}

/** A host directory offered to the guest; what the guest mounts where is in the command line (core/cmdline). */
export interface Share {
  /** Absolute host path. */
  readonly host: string
  /** Mount tag, at most 31 bytes (virtio 9p config). */
  readonly tag: string
  readonly readonly: boolean
  /** Absent: 9p, by QEMU itself. */
  readonly transport?: 'virtiofs' | undefined
}

export interface Forward {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly hostPort: number
  readonly guestPort: number
}

/**
 * What a guest reaches by itself. `nothing`: it has its forwarded ports alone; `network`: what this host reaches, but not the services on its
 * loopback and link-local addresses; `host-loopback`: those, too.
 */
export type NetworkReach = 'nothing' | 'network' | 'host-loopback'

export type GdbStub = { readonly kind: 'socket' } | { readonly kind: 'tcp'; readonly port: number }

/** Everything that shapes one QEMU process, decided: the argv builder only spells it. */
export interface QemuLaunch {
  readonly id: string
  readonly arch: ArchName
  /** Program name or path. */
  readonly qemu: string
  readonly accel: AccelName
  /** Version of QEMU, such as `7.2.22`, which emulates; absent: it does not matter. */
  readonly qemuVersion?: string | undefined
  readonly machine: MachineName
  /** Absent: QEMU's own choice. */
  readonly firmware?: FirmwareName | undefined
  readonly cpus: number
  readonly memoryMiB: number
  /** A compressed image, or a vmlinux that QEMU may enter. */
  readonly kernel: string
  readonly initrd: string | undefined
  /** Kernel command line, words already joined. */
  readonly append: string
  readonly drives: readonly Drive[]
  readonly shares: readonly Share[]
  /** What serves shares over virtiofs. */
  readonly virtiofsd?: ShareDaemon | undefined
  readonly network:
    | { readonly kind: 'none' }
    | {
        readonly kind: 'user'
        readonly mac: string
        readonly forwards: readonly Forward[]
        readonly reach: NetworkReach
      }
  /** A watchdog that stops the machine when the guest lets it expire. */
  readonly watchdog: boolean
  readonly gdb: GdbStub | undefined
  /** `-S`: wait for the debugger before the first instruction. */
  readonly waitForDebugger: boolean
  /** False for a guest without our agent (`boot --initrd`): no agent port. */
  readonly agent: boolean
  /** hvc0 as a login terminal for people. */
  readonly terminal: boolean
  /** The user's last words, `--qemu-arg`. */
  readonly extraArgs: readonly string[]
  /** Directory with the unix sockets of the standalone form and of the gdb stub. */
  readonly runtimeDirectory: string
  /** What of this host's files QEMU does not see; absent: nothing is hidden from it. */
  readonly confinement?: Confinement | undefined
  /** QEMU gives up what it never needs (`-sandbox`). */
  readonly sandbox: boolean
  /** Directory on a disk, where QEMU keeps what the guest writes to throw-away overlays; default: the runtime directory. */
  readonly overlayDirectory?: string | undefined
}

/** `fd`: connected socket pairs handed to QEMU at run time; `standalone`: unix sockets and stdio, for --dry-run, JSON and replay scripts. */
export type Transport = 'fd' | 'standalone'

/**
 * File descriptors of QEMU at run time (0-2 are stdin, stdout, stderr), `net-` those of the filter. The VM host process
 * opens a socket pair for each and the chardev lines name the same numbers.
 */
export const qemuFds = { agent: 3, qmp: 4, terminal: 5, 'net-sent': 6, 'net-passed': 7, 'net-received': 8, 'net-noted': 9 } as const

/** Channels of the filter in front of a guest's network: packets on their way from the guest, and to it. Empty where there is none. */
export function filteredWays({ network }: Pick<QemuLaunch, 'network'>): readonly FilteredWay[] {
  if (network.kind === 'none' || network.reach !== 'network') return []
  const sent = { id: 'sent', queue: 'rx', out: 'net-sent', back: 'net-passed' } as const
  // What answers a forwarded port is known from what arrived through it. TCP says so itself.
  const isForwarded = network.forwards.some(({ protocol }) => protocol === 'udp')
  return isForwarded ? [sent, { id: 'received', queue: 'tx', out: 'net-received', back: 'net-noted' }] : [sent]
}

/** What is said of a command line that runs without kernelkit, if there is anything. */
export function unfilteredNote(launch: Pick<QemuLaunch, 'network'>): string | undefined {
  if (filteredWays(launch).length === 0) return undefined
  return "Without kernelkit nothing filters the network: this guest reaches the services on this host's loopback address, at 10.0.2.2."
}

export interface FilteredWay {
  readonly id: 'sent' | 'received'
  /** As qemu(1), `-object filter-redirector`, names it: rx is what the network receives from the guest. */
  readonly queue: 'rx' | 'tx'
  readonly out: keyof typeof qemuFds
  readonly back: keyof typeof qemuFds
}

/** Named pipe of the console at run time, below the VM's directory: `.in` for the guest's input, `.out` for its output. */
export function consolePipe(launch: Pick<QemuLaunch, 'runtimeDirectory'>): string {
  return join(launch.runtimeDirectory, 'console')
}

/** Name of the agent's virtio-serial port, found by the guest in /sys/class/virtio-ports/<port>/name. */
export const agentPortName = 'kernelkit.agent'

/** What QEMU's events call that port. */
export const agentPortId = 'agent-port'

/** Words of the QEMU command line. */
export type Argv = readonly string[]

/** The ending of virtio devices on a machine. */
export function virtioBus(launch: Pick<QemuLaunch, 'machine'>): 'device' | 'pci' {
  return machines[launch.machine].virtioBus
}

/** A value inside a comma-separated option: a comma is written twice (qemu(1), "-drive"). */
export function optionValue(value: string): string {
  return value.replaceAll(',', ',,')
}

/** Directory and name with one slash between them. */
export function join(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`
}
