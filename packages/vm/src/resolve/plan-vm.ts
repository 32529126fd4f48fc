import { parseArch, type Arch } from '@kernelkit/core/arch'
import { guestWords, joinCommandLine, kernelWords, refuseUnread, type CommandLine } from '@kernelkit/core/cmdline'
import { virtioDeviceCount, type Forward, type QemuLaunch } from '@kernelkit/core/qemu'
import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { chooseAccel, type Acceleration } from './choose-accel.ts'
import { chooseMachine, type MachineChoice } from './choose-machine.ts'
import { extraDrive } from './extra-drive.ts'
import { findFirmware, findQemu } from './find-qemu.ts'
import { planInitrd } from './plan-initrd.ts'
import { kernelNeeds, refuseUnmet } from './needs.ts'
import { resolveKernel, type ResolvedKernel } from './resolve-kernel.ts'
import { resolveRoot, type ResolvedRoot } from './resolve-root.ts'
import { resolveShares, type ResolvedShares } from './resolve-shares.ts'
import type { PlanServices } from './services.ts'

/** Everything about one VM, decided and said; nothing is started yet. */
export interface VmPlan {
  readonly spec: VmSpec
  readonly arch: Arch
  readonly kernel: ResolvedKernel
  readonly root: ResolvedRoot
  readonly machine: MachineChoice
  readonly accel: Acceleration
  readonly shares: ResolvedShares
  readonly commandLine: CommandLine
  /** The agent is first process: it furnishes the root itself. */
  readonly agentFirst: boolean
  readonly launch: QemuLaunch
  /** Decisions in the order in which they are printed. */
  readonly lines: readonly string[]
  /** What was asked for and is likely to disappoint. */
  readonly warnings: readonly string[]
}

export interface PlanInput {
  readonly host: Host
  readonly services: PlanServices
  readonly spec: VmSpec
  readonly command: 'boot' | 'run'
  readonly id: string
  readonly name: string
  readonly runtimeFolder: string
}

/** Kernel, root, machine and accelerator for a spec; throws `config-fail` when the kernel cannot do what was chosen. */
export async function planVm(input: PlanInput): Promise<VmPlan> {
  const { host, services, spec, command } = input
  const kernel = await resolveKernel(host, services, spec)
  const arch = parseArch(kernel.image.arch)
  const qemu = await findQemu(host, spec, arch)
  // `boot --initrd` gives the machine to the user's own archive.
  const agent = !(
    command === 'boot' &&
    spec.initrd !== undefined &&
    spec.image === undefined &&
    spec.root.kind !== 'host' &&
    spec.root.kind !== 'folder'
  )
  if (agent) refuseUnread(spec.append)
  const [root, accel, tscKhz, disks, initrd, firmware] = await Promise.all([
    resolveRoot(host, services, spec, arch.name),
    chooseAccel({ host, services, spec, qemu, arch }),
    services.tscKhz(),
    Promise.all(spec.disks.map((disk) => extraDrive(host, disk, spec.persist))),
    planInitrd({ host, services, spec, arch: arch.name, agent }),
    findFirmware(host, qemu),
  ])
  const canShare =
    kernel.options.source === undefined || ['NET_9P_VIRTIO', '9P_FS', 'OVERLAY_FS'].every((symbol) => kernel.options.value(symbol) === 'y')
  const shares = agent ? await resolveShares(host, { spec, root, canShare }) : noShares
  const init = agent ? chooseInit(spec, root) : undefined
  const agentFirst = init === 'agent'
  const needsNetwork = spec.forwards.length > 0 || spec.ssh
  const canNetwork = kernel.options.source === undefined || ['VIRTIO_NET', 'INET'].every((symbol) => kernel.options.value(symbol) === 'y')
  const network: QemuLaunch['network'] =
    spec.net === 'user' && (canNetwork || needsNetwork) ? { kind: 'user', mac: spec.mac, forwards: spec.forwards } : { kind: 'none' }
  const terminal = command === 'boot' && !agentFirst
  const drives = [...(root.drive === undefined ? [] : [root.drive]), ...disks]
  const allShares = [...(root.share === undefined ? [] : [root.share]), ...shares.shares]
  const devices = { agent, terminal, drives, shares: allShares, network }
  const cpus = spec.cpus ?? Math.min(4, host.cpus)
  const machine = chooseMachine({
    arch,
    asked: spec.machine,
    options: kernel.options,
    virtioDevices: virtioDeviceCount(devices),
    qemuArgs: spec.qemuArgs,
    accel: accel.accel,
    cpus,
    firmware,
    tscKhz,
  })
  refuseUnmet(
    kernel.options,
    kernelNeeds({
      agent,
      initrd: initrd !== undefined,
      machine: machine.machine,
      disk: root.option === undefined || root.path === undefined ? undefined : { option: root.option, what: root.path },
      shares: allShares.length > 0,
      overlays: root.guest.kind === '9p' || shares.mounts.some((mount) => mount.mode === 'cow'),
      network: needsNetwork,
      systemd: spec.init.kind === 'path' && spec.init.systemd,
      kunit: spec.kunit !== undefined,
    }),
  )
  const words = kernelWords({
    arch,
    accel: accel.accel,
    tscKhz,
    machineWords: machine.words,
    onOops: spec.onOops,
    staticNetwork: agent && network.kind === 'user',
    ownInit: agent && !agentFirst,
    agentBeside: agent && spec.initrd !== undefined,
    debugger: spec.gdb !== undefined,
    kunit: spec.kunit,
  }).map(({ word }) => word)
  const guest =
    init === undefined
      ? []
      : guestWords({ root: root.guest, mask: root.kind === 'host', init, mounts: shares.mounts, hostname: input.name })
  const commandLine = joinCommandLine({ arch, ours: [...words, ...guest], append: spec.append })
  const launch: QemuLaunch = {
    id: input.id,
    arch: arch.name,
    qemu,
    accel: accel.accel,
    machine: machine.machine,
    firmware: machine.firmware,
    cpus,
    memoryMiB: spec.memoryMiB ?? defaultMemoryMiB(kernel),
    kernel: kernel.image.path,
    initrd,
    append: commandLine.text,
    ...devices,
    gdb: spec.gdb,
    waitForDebugger: spec.waitForDebugger,
    extraArgs: spec.qemuArgs,
    runtimeFolder: input.runtimeFolder,
  }
  const lines = [
    kernel.line,
    ...kernel.notes,
    ...(kernel.options.source === undefined ? ["the kernel's configuration is not known: what it lacks shows only in the guest"] : []),
    ...(agent ? [root.line] : [`initramfs ${spec.initrd ?? ''} (its own /init is the first process)`]),
    ...root.notes,
    ...shares.lines,
    `machine ${machine.machine} (${machine.why}), ${launch.cpus} CPUs, ${launch.memoryMiB} MiB`,
    `accel ${accel.accel} (${accel.reason})`,
    ...(spec.net === 'user' && network.kind === 'none' ? ['no network: the kernel lacks VIRTIO_NET or INET'] : []),
    ...(network.kind === 'user' ? network.forwards.map(forwardLine) : []),
    ...commandLine.notices,
  ]
  const warnings = cpuWarnings({ cpus: launch.cpus, hostCpus: host.cpus, accel: accel.accel })
  return { spec, arch, kernel, root, machine, accel, shares, commandLine, agentFirst, launch, lines, warnings }
}

// Measured on 2 CPUs: ready after 1.2 s with 2, 2.4 s with 4, 4.4 s with 8, 10.7 s with 16 emulated processors.
const cpusPerHostCpu = 2

function cpuWarnings(input: { readonly cpus: number; readonly hostCpus: number; readonly accel: 'kvm' | 'tcg' }): readonly string[] {
  const { cpus, hostCpus, accel } = input
  if (accel === 'kvm' || cpus <= cpusPerHostCpu * hostCpus) return []
  return [
    `--cpus ${cpus}: this host has ${hostCpus}, and without KVM each of the guest's is emulated by a thread; expect a slow guest and timeouts`,
  ]
}

function forwardLine({ protocol, address, hostPort, guestPort }: Forward): string {
  return `forward ${address}:${hostPort} to ${guestPort}/${protocol} of the guest`
}

const noShares: ResolvedShares = { shares: [], mounts: [], cwd: '/', lines: [] }

// 2 GiB is touched only as the guest uses it; the sanitizers keep shadow memory and poisoned pages.
function defaultMemoryMiB(kernel: ResolvedKernel): number {
  const isSanitized = ['KASAN', 'KMSAN'].some((symbol) => kernel.options.value(symbol) === 'y')
  return isSanitized ? 4096 : 2048
}

function chooseInit(spec: VmSpec, root: ResolvedRoot): 'agent' | `/${string}` {
  if (spec.init.kind === 'path') return spec.init.path
  // The host's own init belongs to the host; an initramfs has ours.
  if (spec.init.kind === 'own' && (root.kind === 'image' || root.kind === 'folder')) return '/sbin/init'
  return 'agent'
}
