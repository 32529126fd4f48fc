import { machines, type Arch, type MachineName } from '@kernelkit/core/arch'
import type { KernelReference } from '@kernelkit/core/kernels'
import { provides, type KernelOptions } from './kernel-options.ts'

/** A kernel option that this run cannot do without. */
export interface KernelNeed {
  readonly symbol: string
  readonly why: string
}

export interface NeedsInput {
  readonly agent: boolean
  readonly initrd: boolean
  /** What unpacks it, where not every kernel does. */
  readonly initrdOption?: string | undefined
  readonly machine: MachineName
  readonly disk: { readonly option: string; readonly what: string } | undefined
  /** Kernel options by which directories of the host reach the guest; absent: none does. */
  readonly shares: readonly string[] | undefined
  readonly overlays: boolean
  /** Ports are forwarded or ssh is asked for: the network is not just a convenience. */
  readonly network: boolean
  readonly systemd: boolean
  readonly watchdog: boolean
  /** The kernel's own tests run. */
  readonly kunit: boolean
  /** Crashed programs leave core files. */
  readonly coreDumps?: boolean
}

/** What the guest mounts a directory of the host with. */
export const shareOptions = { '9p': ['NET_9P_VIRTIO', '9P_FS'], virtiofs: ['FUSE_FS', 'VIRTIO_FS'] } as const

/** What the chosen way of booting asks of the kernel. */
export function kernelNeeds(input: NeedsInput): readonly KernelNeed[] {
  const bus = { symbol: machines[input.machine].busDriver, why: "for the machine's devices" }
  const hasDevices = input.agent || input.disk !== undefined || input.shares !== undefined || input.network
  return [
    ...(input.initrd || input.agent ? [{ symbol: 'BLK_DEV_INITRD', why: 'to start from an initramfs' }] : []),
    ...(input.initrdOption === undefined ? [] : [{ symbol: input.initrdOption, why: 'to unpack the initramfs' }]),
    ...(input.agent
      ? [
          { symbol: 'BINFMT_ELF', why: 'to run programs' },
          { symbol: 'VIRTIO_CONSOLE', why: "for the guest agent's channel" },
          { symbol: 'DEVTMPFS', why: 'for device nodes' },
        ]
      : []),
    ...(hasDevices ? [bus] : []),
    ...(input.disk === undefined
      ? []
      : [
          { symbol: 'VIRTIO_BLK', why: 'for the disk' },
          { symbol: input.disk.option, why: `to mount ${input.disk.what}` },
        ]),
    ...(input.shares === undefined ? [] : input.shares.map((symbol) => ({ symbol, why: 'for directories of the host' }))),
    ...(input.overlays
      ? [
          { symbol: 'OVERLAY_FS', why: 'to keep writes in guest memory' },
          { symbol: 'TMPFS', why: 'to keep writes in guest memory' },
        ]
      : []),
    ...(input.network
      ? [
          { symbol: 'VIRTIO_NET', why: 'for the network' },
          { symbol: 'INET', why: 'for the network' },
        ]
      : []),
    ...(input.watchdog ? [{ symbol: 'I6300ESB_WDT', why: 'for the watchdog' }] : []),
    ...(input.kunit ? [{ symbol: 'KUNIT', why: 'to run its own tests' }] : []),
    ...(input.coreDumps === true ? ['COREDUMP', 'ELF_CORE', 'PROC_SYSCTL'].map((symbol) => ({ symbol, why: 'for core files' })) : []),
    ...(input.systemd ? systemdNeeds : []),
  ]
}

// README of systemd, "REQUIREMENTS"; without these it stops before anything is logged.
const systemdNeeds: readonly KernelNeed[] = [
  'CGROUPS',
  'INOTIFY_USER',
  'SIGNALFD',
  'TIMERFD',
  'EPOLL',
  'UNIX',
  'SYSFS',
  'PROC_FS',
  'FHANDLE',
  'TMPFS',
].map((symbol) => ({ symbol, why: 'for systemd' }))

/** Needs that a kernel does not meet; modules count when their files are there for the agent to load. */
function unmetNeeds(options: KernelOptions, needs: readonly KernelNeed[]): readonly KernelNeed[] {
  if (options.source === undefined) return []
  return needs.filter((need) => !provides(options, need.symbol))
}

/** How a host gets the daemon that serves kernels without 9p. */
export const installDaemon =
  'Install virtiofsd (Debian 12: it comes with the package qemu-system-common; later: virtiofsd). Users who are not root also need uidmap and a range in /etc/subuid and /etc/subgid (`usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER`).'

export interface RefusedKernel {
  readonly options: KernelOptions
  readonly release: string
  readonly arch: Pick<Arch, 'debianKernel'>
  /** How it was named. */
  readonly reference: KernelReference | undefined
}

/** Verdict `config-fail`, before anything is started. */
export async function refuseUnmet(kernel: RefusedKernel, needs: readonly KernelNeed[]): Promise<void> {
  const unmet = unmetNeeds(kernel.options, needs)
  if (unmet.length === 0) return
  // Few runs need its words.
  const { kernelLacks } = await import('./kernel-lacks.ts')
  throw kernelLacks(kernel, unmet)
}
