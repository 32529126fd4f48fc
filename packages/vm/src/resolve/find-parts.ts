import { dirname, join, resolve } from 'node:path'
import { firmwareNames, parseArch, type Arch, type FirmwareName } from '@kernelkit/core/arch'
import { refuseUnread, type GuestMount } from '@kernelkit/core/cmdline'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { VmSpec } from '@kernelkit/core/options'
import type { Drive, Share, ShareDaemon } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import { chooseAccel, type Acceleration } from './choose-accel.ts'
import type { DiskFormat } from '@kernelkit/core/disk'
import { canUse, type KernelOptions } from './kernel-options.ts'
import { installDaemon, shareOptions } from './needs.ts'
import { resolveKernel, type ResolvedKernel } from './resolve-kernel.ts'
import { resolveRoot, type ResolvedRoot } from './resolve-root.ts'
import type { ConfinementInput, ResolvedConfinement } from './resolve-confinement.ts'
import { resolveShares, type ResolvedShares } from './resolve-shares.ts'
import type { ResolvedVm } from './resolve-vm.ts'
import type { DisksInput } from './share-disks.ts'
import type { PlanServices } from './services.ts'

/** What a VM is made of, found on this machine. */
export interface VmParts {
  readonly arch: Arch
  readonly kernel: ResolvedKernel
  readonly root: ResolvedRoot
  readonly accel: Acceleration
  readonly shares: ResolvedShares
  /** What of this host is hidden from QEMU. */
  readonly confinement: ResolvedConfinement
  readonly disks: readonly Drive[]
  readonly initrd: string | undefined
  /** Option of the kernel that unpacks it, where not every kernel does. */
  readonly initrdOption: string | undefined
  readonly qemu: string
  /** Firmware that this QEMU has. */
  readonly firmware: readonly FirmwareName[]
  /** Of the QEMU that emulates. */
  readonly qemuVersion: string | undefined
  readonly tscKhz: number | undefined
  readonly hostCpus: number
  /** The guest has our agent. */
  readonly agent: boolean
  /** What the kernel needs for directories of the host. */
  readonly shareOptions: readonly string[]
  readonly virtiofsd?: ShareDaemon | undefined
  readonly moduleTree: ModuleTree | undefined
}

/** Looks for everything that a VM needs; throws for what is missing. */
export async function findParts(host: Host, services: PlanServices, vm: ResolvedVm): Promise<VmParts> {
  const kernel = await resolveKernel(host, services, vm)
  const arch = parseArch(kernel.image.arch)
  const qemu = await findQemu(host, vm, arch)
  const agent = !isUsersOwn(vm)
  if (agent) refuseUnread(vm.append)
  const [found, accel, tscKhz, disks, { initrd, initrdOption, commands }, firmware] = await Promise.all([
    resolveRoot(host, services, vm, arch.name),
    chooseAccel({ host, services, spec: vm, qemu, arch }),
    services.tscKhz(),
    Promise.all(vm.disks.map((disk) => extraDrive(host, disk, vm.persist))),
    chooseInitrd(host, services, { vm, arch, agent }),
    findFirmware(host, qemu),
  ])
  const root = commands === undefined ? found : { ...found, notes: [...found.notes, commands] }
  const qemuVersion = accel.accel === 'tcg' && arch.emulationFaults.length > 0 ? await services.qemuVersion(qemu, arch) : undefined
  const chosen = await chooseTransport({ host, services, vm, root, options: kernel.options })
  const { transport, virtiofsd, format } = chosen
  const canShare = transport !== undefined
  const wanted = agent ? await resolveShares(host, { vm, root, canShare, canWrite: canShare && format === undefined }) : noShares
  const placed =
    format === undefined
      ? { root, shares: wanted }
      : await onDisks(host, services, { vm, root, shares: wanted, format, disks: disks.length, qemu })
  const moduleTree = agent ? await findModuleTree({ host, services, vm, kernel, disks: disks.length, transport, ...placed }) : undefined
  const { shares } = placed
  const confinement = await confine(host, services, {
    vm,
    shares: [
      ...(placed.root.share === undefined ? [] : [placed.root.share]),
      ...shares.shares,
      ...(moduleTree?.share === undefined ? [] : [moduleTree.share]),
    ],
    drives: [
      ...(placed.root.drive === undefined ? [] : [placed.root.drive]),
      ...disks,
      ...(shares.drives ?? []),
      ...(moduleTree?.drive === undefined ? [] : [moduleTree.drive]),
    ],
    kernel: kernel.image.path,
    initrd,
    qemu,
  })
  const common = {
    arch,
    kernel,
    accel,
    disks,
    initrd,
    initrdOption,
    qemu,
    firmware,
    tscKhz,
    qemuVersion,
    hostCpus: host.cpus,
    agent,
    moduleTree,
    confinement,
    shareOptions: optionsOf(chosen),
  }
  if (virtiofsd === undefined) return { ...common, ...placed }
  const { rootOverVirtiofs, sharesOverVirtiofs } = await import('./virtiofs.ts')
  return { ...common, root: rootOverVirtiofs(root), shares: sharesOverVirtiofs(shares, virtiofsd), virtiofsd }
}

interface Transport {
  /** Absent: the kernel can mount no directory of the host. */
  readonly transport: '9p' | 'virtiofs' | 'disk' | undefined
  readonly virtiofsd?: ShareDaemon
  /** Of disks. */
  readonly format?: DiskFormat
}

interface TransportInput {
  readonly host: Host
  readonly services: PlanServices
  readonly vm: ResolvedVm
  readonly root: ResolvedRoot
  readonly options: KernelOptions
}

/** 9p needs nothing on the host; virtiofs serves kernels without it where the host has its daemon; a disk is only read and costs its making. */
async function chooseTransport({ host, services, vm, root, options }: TransportInput): Promise<Transport> {
  const { shareAs } = vm
  const can = (transport: '9p' | 'virtiofs'): boolean => canUse(options, [...shareOptions[transport], 'OVERLAY_FS'])
  if (shareAs === '9p' || (shareAs === 'auto' && can('9p'))) return { transport: '9p' }
  // Nothing to show: no daemon has to be found, and asked what it can.
  const isAlone = root.share === undefined && vm.shares.length === 0 && !vm.shareCwd && vm.artifacts === undefined
  if (shareAs === 'auto' && isAlone) return { transport: undefined }
  const virtiofsd = shareAs === 'virtiofs' || (shareAs === 'auto' && can('virtiofs')) ? await services.shareDaemon() : undefined
  if (virtiofsd !== undefined) return { transport: 'virtiofs', virtiofsd }
  if (shareAs === 'virtiofs') {
    throw new UserError('HOST_LACKS', message`${option('share-as', 'virtiofs')}: this host has no virtiofsd that this user can run.`, {
      hint: installDaemon,
    })
  }
  const { findDiskFormat, refuseDisk, writtenShare } = await import('./share-disks.ts')
  const isForced = shareAs === 'disk'
  if (isForced) refuseDisk(vm, root)
  else if (root.share?.host === '/' || writtenShare(vm) !== undefined || !canUse(options, ['OVERLAY_FS'])) return { transport: undefined }
  const format = await findDiskFormat(host, options, { isForced })
  return format === undefined ? { transport: undefined } : { transport: 'disk', format }
}

/** What the kernel needs to mount a share. */
function optionsOf({ transport, format }: Transport): readonly string[] {
  if (format !== undefined) return ['VIRTIO_BLK', ...format.options]
  return shareOptions[transport === 'virtiofs' ? 'virtiofs' : '9p']
}

/** Loaded for the few that need it. */
async function onDisks(host: Host, services: PlanServices, input: DisksInput): Promise<Pick<VmParts, 'root' | 'shares'>> {
  return (await import('./share-disks.ts')).packShares(host, services, input)
}

/** The modules of the very kernel at the place where modprobe looks for them. */
export interface ModuleTree {
  readonly mount: GuestMount
  readonly share?: Share
  readonly drive?: Drive
  /** What the kernel needs to mount the disk. */
  readonly options?: readonly string[]
}

interface ModuleTreeInput {
  readonly host: Host
  readonly services: PlanServices
  readonly vm: ResolvedVm
  readonly kernel: ResolvedKernel
  readonly root: ResolvedRoot
  readonly shares: ResolvedShares
  /** Disks of `--disk`. */
  readonly disks: number
  readonly transport: Transport['transport']
}

/** Over 9p as they are; else on a disk, which takes no daemon. Nothing of it is written to an image. */
async function findModuleTree(input: ModuleTreeInput): Promise<ModuleTree | undefined> {
  const { host, services, vm, root, shares, disks, transport } = input
  const { options, release } = input.kernel
  const at = `/lib/modules/${release}`
  const directory = options.modules?.directory
  // The host's root shows its own modules, and tests of the kernel's own load none.
  if (directory === undefined || vm.kunit !== undefined || (root.kind === 'host' && directory === at)) return undefined
  const mode = canUse(options, ['OVERLAY_FS', 'TMPFS']) ? 'cow' : 'ro'
  if (transport === '9p') return { mount: { tag: 'modules', at, mode }, share: { host: directory, tag: 'modules', readonly: true } }
  const { diskOfModules } = await import('./share-disks.ts')
  const place = Number(root.drive !== undefined) + disks + (shares.drives?.length ?? 0)
  return diskOfModules(host, services, { options, directory, place, at, mode })
}

/** A guest without a directory of this host has nothing to hide from it, and does not load what would. */
async function confine(host: Host, services: PlanServices, input: ConfinementInput): Promise<ResolvedConfinement> {
  if (input.shares.length === 0 && input.vm.expose.length === 0) return { confinement: undefined, lines: [], details: [] }
  const { resolveConfinement } = await import('./resolve-confinement.ts')
  return resolveConfinement(host, services, input)
}

/** `boot --initrd` gives the machine to the user's own archive. */
function isUsersOwn({ command, initrd, image, root }: ResolvedVm): boolean {
  return command === 'boot' && initrd !== undefined && image === undefined && root.kind !== 'host' && root.kind !== 'directory'
}

const noShares: ResolvedShares = { shares: [], mounts: [], cwd: '/', lines: [] }

interface InitrdInput {
  readonly vm: ResolvedVm
  readonly arch: Arch
  readonly agent: boolean
}

interface ChosenInitrd extends Pick<VmParts, 'initrd' | 'initrdOption'> {
  /** What it has of them, where it is the root. */
  readonly commands?: string
}

/** The user's archive, the agent's, or both. */
async function chooseInitrd(host: Host, services: PlanServices, { vm, arch, agent }: InitrdInput): Promise<ChosenInitrd> {
  if (vm.initrd === undefined) {
    const initrd = agent ? await services.agentInitrd(arch.name) : undefined
    if (initrd === undefined || vm.root.kind !== 'none' || vm.kunit !== undefined) return { initrd, initrdOption: undefined }
    const { shown, ...archive } = await services.withBusybox(initrd, { arch: arch.name, mirror: vm.mirror })
    return { ...archive, initrdOption: undefined, commands: shown }
  }
  const named = resolve(host.cwd, vm.initrd)
  const stat = await host.fs.stat(named).catch(() => undefined)
  if (stat?.isFile() !== true) {
    const what = stat === undefined ? 'there is no such file' : 'it is not a regular file'
    throw new UserError('FILE_NOT_FOUND', message`${option('initrd', vm.initrd)}: ${what}.`, {
      hint: message`Make one with ${command('kernelkit initrd SOURCE --out FILE')}.`,
    })
  }
  const { checkInitrd } = await import('./check-initrd.ts')
  const facts = await checkInitrd(host, { path: named, arch, named: vm.initrd })
  return { initrd: agent ? await services.agentAfter(arch.name, named) : named, initrdOption: facts.option }
}

/** A disk of `--disk`: the guest finds it after the root's. */
async function extraDrive(host: Host, disk: ResolvedVm['disks'][number], persist: boolean): Promise<Drive> {
  const path = resolve(host.cwd, disk.path)
  const stat = await host.fs.stat(path).catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', message`${option('disk', disk.path)}: there is no such file.`, {
      hint: 'Make one with `truncate -s 1G FILE`.',
      cause,
    })
  })
  if (stat.isDirectory())
    throw new UserError('FILE_NOT_FOUND', message`${option('disk', disk.path)} is a directory.`, {
      hint: message`Share a directory with ${option('share')}.`,
    })
  const { readImageFacts } = await import('./root-file-system.ts')
  const isQcow = await readImageFacts(host, path).then(
    (facts) => facts.format === 'qcow2',
    (error: unknown) => {
      if (error instanceof UserError && error.code === 'IMAGE_REFERS') throw error
      return false
    },
  )
  return { path, format: isQcow ? 'qcow2' : 'raw', mode: disk.readonly ? 'ro' : persist ? 'rw' : 'snapshot' }
}

/** The QEMU program for an architecture. */
async function findQemu(host: Host, spec: Pick<VmSpec, 'qemu'>, arch: Arch): Promise<string> {
  const program = spec.qemu ?? arch.qemuBinary
  const path = await host.which(program.includes('/') ? resolve(host.cwd, program) : program)
  if (path !== undefined) return path
  if (spec.qemu !== undefined)
    throw new UserError('FILE_NOT_FOUND', message`${option('qemu', spec.qemu)}: there is no such program.`, {
      hint: 'Leave it out to use the one on PATH.',
    })
  throw new UserError('HOST_LACKS', `booting ${arch.name} needs what this host lacks: ${program} (${arch.qemuPackage}, to run the VM).`, {
    hint: message`Run \`apt-get install -y --no-install-recommends ${arch.qemuPackage}\`, or ${command('kernelkit doctor --fix', { action: 'the setup-kvm action' })}.`,
    details: { missing: [program], packages: [arch.qemuPackage] },
  })
}

/** Firmware that a QEMU finds in its data directory: next to its `bin`, as distributions and `make install` lay it out. */
async function findFirmware(host: Host, qemu: string): Promise<readonly FirmwareName[]> {
  const program = await host.fs.realpath(qemu)
  const found = await Promise.all(firmwareNames.map((name) => host.fs.exists(join(dirname(program), `../share/qemu/${name}.rom`))))
  return firmwareNames.filter((_, index) => found[index])
}
