import type { Arch } from '@kernelkit/core/arch'
import { guestWords, joinCommandLine, kernelWords, setsParameter, type CommandLine } from '@kernelkit/core/cmdline'
import type { HostPath } from '@kernelkit/core/confine'
import { virtioDeviceCount, type NetworkReach, type QemuLaunch } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import type { Acceleration } from './choose-accel.ts'
import { chooseMachine, type MachineChoice } from './choose-machine.ts'
import { decisionLines, planWarnings } from './decision-lines.ts'
import { findParts, type VmParts } from './find-parts.ts'
import { canUse, defaultMemoryMiB, type KernelOptions } from './kernel-options.ts'
import { kernelNeeds, refuseUnmet, type KernelNeed } from './needs.ts'
import type { ResolvedConfinement } from './resolve-confinement.ts'
import type { ResolvedKernel } from './resolve-kernel.ts'
import type { ResolvedRoot } from './resolve-root.ts'
import { artifactsDirectory, type ResolvedShares } from './resolve-shares.ts'
import type { ResolvedVm } from './resolve-vm.ts'
import type { LoadedModule, PlanServices } from './services.ts'

/** Everything about one VM, decided and described; nothing is started yet. */
export interface VmPlan {
  readonly vm: ResolvedVm
  readonly arch: Arch
  readonly kernel: ResolvedKernel
  readonly root: ResolvedRoot
  readonly machine: MachineChoice
  readonly accel: Acceleration
  readonly shares: ResolvedShares
  readonly confinement: ResolvedConfinement
  readonly commandLine: CommandLine
  /** The agent is first process: it prepares the root itself. */
  readonly agentFirst: boolean
  readonly launch: QemuLaunch
  /** What the agent loads before it opens its channel, in this order. */
  readonly modules: readonly LoadedModule[]
  /** Decisions in the order in which they are printed. */
  readonly lines: readonly string[]
  /** What was asked for and will not work well. */
  readonly warnings: readonly string[]
}

/** Id, name and place of the VM on this machine. */
export interface VmIdentity {
  readonly id: string
  readonly name: string
  /** Directory of its sockets. */
  readonly runtimeDirectory: string
  /** Directory of its throw-away overlays. */
  readonly overlayDirectory?: string | undefined
}

export interface PlanInput extends VmIdentity {
  readonly host: Host
  readonly services: PlanServices
  readonly vm: ResolvedVm
}

/** Kernel, root, machine and accelerator for a VM; throws `config-fail` when the kernel cannot do what was chosen. */
export async function planVm({ host, services, vm, id, name, runtimeDirectory, overlayDirectory }: PlanInput): Promise<VmPlan> {
  const parts = await findParts(host, services, vm)
  const decided = decidePlan(vm, parts, { id, name, runtimeDirectory, overlayDirectory })
  await refuseUnmet(
    { options: decided.kernel.options, release: decided.kernel.release, arch: parts.arch, reference: vm.kernel },
    decided.needs,
  )
  const modules = await findModules(decided, parts)
  const initrd =
    modules.length === 0 || parts.initrd === undefined ? parts.initrd : await services.withModules(parts.initrd, modules, decided.arch.name)
  const confinement = await showInitrd(host, decided.launch.confinement, initrd)
  const plan = { ...decided, modules, launch: { ...decided.launch, initrd, confinement } }
  return { ...plan, lines: decisionLines(plan), warnings: planWarnings(plan) }
}

/** The archive that has the modules is made when the rest is decided; the store can be in a directory that is hidden, such as /tmp. */
async function showInitrd(
  { fs }: Pick<Host, 'fs'>,
  confinement: QemuLaunch['confinement'],
  initrd: string | undefined,
): Promise<QemuLaunch['confinement']> {
  if (confinement === undefined || initrd === undefined) return confinement
  const known = new Set(confinement.needed.map(({ path }) => path))
  const names = new Set([initrd, await fs.realpath(initrd).catch(() => initrd)])
  const added = [...names].filter((path) => !known.has(path)).map((path): HostPath => ({ path, kind: 'file' }))
  return { ...confinement, needed: [...confinement.needed, ...added] }
}

/** Few kernels have modules that a guest needs before its first program. */
async function findModules({ vm, kernel, launch, needs }: DecidedVm, { agent, moduleTree }: VmParts): Promise<readonly LoadedModule[]> {
  if (!agent || (kernel.options.modules === undefined && vm.modules.length === 0)) return []
  const { bootModules } = await import('./kernel-modules.ts')
  return bootModules({
    options: kernel.options,
    needs,
    hasNetwork: launch.network.kind === 'user',
    hasOverlay: moduleTree?.mount.mode === 'cow',
    moduleDisk: moduleTree?.options ?? [],
    asked: vm.modules,
  })
}

/** What is decided before modules are looked for. */
interface DecidedVm extends Omit<VmPlan, 'modules' | 'lines' | 'warnings'> {
  readonly needs: readonly KernelNeed[]
}

type Devices = Pick<QemuLaunch, 'agent' | 'terminal' | 'drives' | 'shares' | 'network'>

/** What follows from the parts, without looking at the machine again. */
function decidePlan(vm: ResolvedVm, parts: VmParts, identity: VmIdentity): DecidedVm {
  const { arch, kernel, root, accel, shares } = parts
  const init = parts.agent ? chooseInit(vm, root) : undefined
  const agentFirst = init === 'agent'
  const devices = chooseDevices(vm, parts, agentFirst)
  const cpus = vm.cpus ?? defaultCpus(vm, parts)
  const machine = chooseMachine({
    arch,
    asked: vm.machine,
    options: kernel.options,
    virtioDevices: virtioDeviceCount(devices),
    qemuArgs: vm.qemuArgs,
    watchdog: vm.watchdog !== 'none',
    accel: accel.accel,
    cpus,
    firmware: parts.firmware,
    tscKhz: parts.tscKhz,
  })
  const needs = needsOf(vm, parts, { devices, machine })
  const commandLine = writeCommandLine(vm, parts, { devices, machine, init, hostname: identity.name })
  const launch: QemuLaunch = {
    id: identity.id,
    arch: arch.name,
    qemu: parts.qemu,
    accel: accel.accel,
    qemuVersion: parts.qemuVersion,
    machine: machine.machine,
    firmware: machine.firmware,
    cpus,
    memoryMiB: vm.memoryMiB ?? defaultMemoryMiB(kernel.options),
    kernel: kernel.image.path,
    initrd: parts.initrd,
    append: commandLine.text,
    ...devices,
    watchdog: vm.watchdog !== 'none',
    gdb: vm.gdb,
    waitForDebugger: vm.waitForDebugger,
    extraArgs: vm.qemuArgs,
    confinement: parts.confinement.confinement,
    sandbox: !vm.unconfined,
    runtimeDirectory: identity.runtimeDirectory,
    ...(parts.virtiofsd === undefined ? {} : { virtiofsd: parts.virtiofsd }),
    ...(identity.overlayDirectory === undefined ? {} : { overlayDirectory: identity.overlayDirectory }),
  }
  const { confinement } = parts
  return { vm, arch, kernel, root, machine, accel, shares, confinement, commandLine, agentFirst, launch, needs }
}

// A cell gets no host CPU but one. Measured: Debian's cloud kernel of 6.12 is ready after 2.0 s with one emulated CPU, 2.5 s with two.
function defaultCpus({ isCell }: ResolvedVm, { accel, hostCpus }: VmParts): number {
  return isCell && accel.accel === 'tcg' ? 1 : Math.min(4, hostCpus)
}

function chooseInit({ init }: ResolvedVm, root: ResolvedRoot): 'agent' | `/${string}` {
  if (init.kind === 'path') return init.path
  // The host's own init belongs to the host; an initramfs has ours.
  if (init.kind === 'own' && (root.kind === 'image' || root.kind === 'directory')) return '/sbin/init'
  return 'agent'
}

/** Ports are forwarded or ssh is asked for: the network is not just a convenience. */
function needsNetwork({ forwards, ssh }: ResolvedVm): boolean {
  return forwards.length > 0 || ssh
}

const reaches = { user: 'network', 'user,host-loopback': 'host-loopback', restricted: 'nothing' } as const satisfies Record<
  string,
  NetworkReach
>

function chooseDevices(vm: ResolvedVm, { agent, kernel, root, shares, disks, moduleTree }: VmParts, agentFirst: boolean): Devices {
  const canNetwork = canUse(kernel.options, ['VIRTIO_NET', 'INET'])
  return {
    agent,
    terminal: vm.command === 'boot' && !agentFirst,
    drives: [
      ...(root.drive === undefined ? [] : [root.drive]),
      ...disks,
      ...(shares.drives ?? []),
      ...(moduleTree?.drive === undefined ? [] : [moduleTree.drive]),
    ],
    shares: [
      ...(root.share === undefined ? [] : [root.share]),
      ...shares.shares,
      ...(moduleTree?.share === undefined ? [] : [moduleTree.share]),
    ],
    network:
      vm.net !== 'none' && (canNetwork || needsNetwork(vm))
        ? { kind: 'user', mac: vm.mac, forwards: vm.forwards, reach: reaches[vm.net] }
        : { kind: 'none' },
  }
}

function needsOf(
  vm: ResolvedVm,
  { agent, initrd, initrdOption, root, shares, shareOptions }: VmParts,
  { devices, machine }: { readonly devices: Devices; readonly machine: MachineChoice },
): ReturnType<typeof kernelNeeds> {
  return kernelNeeds({
    agent,
    initrd: initrd !== undefined,
    initrdOption,
    machine: machine.machine,
    disk: root.option === undefined || root.path === undefined ? undefined : { option: root.option, what: root.path },
    shares: devices.shares.length === 0 && (shares.drives ?? []).length === 0 ? undefined : shareOptions,
    overlays: ('mode' in root.guest && root.guest.mode === 'cow') || shares.mounts.some((mount) => mount.mode === 'cow'),
    network: needsNetwork(vm),
    systemd: vm.init.kind === 'path' && vm.init.systemd,
    watchdog: vm.watchdog !== 'none',
    kunit: vm.kunit !== undefined,
    coreDumps: vm.coreDumps,
  })
}

/** `ip=` is read by a kernel that has IP_PNP and its network card before any module is loaded; else the agent sets the address. */
function kernelSetsAddress(options: KernelOptions): boolean {
  return options.source === undefined || (options.value('IP_PNP') === 'y' && options.value('VIRTIO_NET') !== 'm')
}

/**
 * Emulated, the tests of the crypto algorithms that are built into a distribution's kernel take a tenth of a boot, and find nothing that its users
 * may have changed. `--append cryptomgr.notests=0` has them back.
 */
function skipsCryptoTests(vm: ResolvedVm, { agent, accel, kernel }: VmParts): boolean {
  return (
    agent &&
    accel.accel === 'tcg' &&
    kernel.isPackaged &&
    // A module would read the word when it is loaded.
    kernel.options.value('CRYPTO_MANAGER') === 'y' &&
    kernel.options.value('CRYPTO_MANAGER_DISABLE_TESTS') !== 'y' &&
    !setsParameter(vm.append, 'cryptomgr.notests')
  )
}

interface CommandLineInput {
  readonly devices: Devices
  readonly machine: MachineChoice
  readonly init: 'agent' | `/${string}` | undefined
  readonly hostname: string
}

function writeCommandLine(vm: ResolvedVm, parts: VmParts, { devices, machine, init, hostname }: CommandLineInput): CommandLine {
  const { agent, root } = parts
  const isUntested = skipsCryptoTests(vm, parts)
  const words = kernelWords({
    arch: parts.arch,
    accel: parts.accel.accel,
    tscKhz: parts.tscKhz,
    machineWords: machine.words,
    onOops: vm.onOops,
    staticNetwork: agent && devices.network.kind === 'user' && kernelSetsAddress(parts.kernel.options),
    ownInit: agent && init !== 'agent',
    agentAppended: agent && vm.initrd !== undefined,
    debugger: vm.gdb !== undefined,
    coreDumps: vm.coreDumps ? artifactsDirectory : undefined,
    staysAfterPanic: vm.dumpOn.includes('panic'),
    skipsCryptoTests: isUntested,
    kunit: vm.kunit,
  }).map(({ word }) => word)
  const guest =
    init === undefined
      ? []
      : guestWords({
          network: devices.network.kind === 'user' && !kernelSetsAddress(parts.kernel.options),
          cryptoTests: isUntested,
          root: root.guest,
          mask: root.kind === 'host',
          noSetuid: parts.confinement.confinement?.way === 'user',
          init,
          mounts: [...parts.shares.mounts, ...(parts.moduleTree === undefined ? [] : [parts.moduleTree.mount])],
          hostname,
        })
  return joinCommandLine({ arch: parts.arch, ours: [...words, ...guest], append: vm.append })
}
