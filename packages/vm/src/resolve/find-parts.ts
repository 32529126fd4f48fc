import { dirname, join, resolve } from 'node:path'
import { firmwareNames, parseArch, type Arch, type ArchName, type FirmwareName } from '@kernelkit/core/arch'
import { refuseUnread, type GuestMount } from '@kernelkit/core/cmdline'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { VmSpec } from '@kernelkit/core/options'
import type { Drive, Share, ShareDaemon } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import { chooseAccel, type Acceleration } from './choose-accel.ts'
import { canUse, type KernelOptions } from './kernel-options.ts'
import { installDaemon, shareOptions } from './needs.ts'
import { resolveKernel, type ResolvedKernel } from './resolve-kernel.ts'
import { resolveRoot, type ResolvedRoot } from './resolve-root.ts'
import type { ConfinementInput, ResolvedConfinement } from './resolve-confinement.ts'
import { resolveShares, type ResolvedShares } from './resolve-shares.ts'
import type { ResolvedVm } from './resolve-vm.ts'
import { readImageFacts } from './root-file-system.ts'
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
  readonly qemu: string
  /** Firmware that this QEMU has. */
  readonly firmware: readonly FirmwareName[]
  readonly tscKhz: number | undefined
  readonly hostCpus: number
  /** The guest has our agent. */
  readonly agent: boolean
  /** How directories reach the guest. */
  readonly transport: '9p' | 'virtiofs'
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
  const [root, accel, tscKhz, disks, initrd, firmware] = await Promise.all([
    resolveRoot(host, services, vm, arch.name),
    chooseAccel({ host, services, spec: vm, qemu, arch }),
    services.tscKhz(),
    Promise.all(vm.disks.map((disk) => extraDrive(host, disk, vm.persist))),
    chooseInitrd(host, services, { vm, arch: arch.name, agent }),
    findFirmware(host, qemu),
  ])
  const { transport, virtiofsd } = await chooseTransport(services, vm, kernel.options)
  const canShare = transport !== undefined
  const shares = agent ? await resolveShares(host, { vm, root, canShare }) : noShares
  const moduleTree = agent ? await findModuleTree(services, { kernel, root, disks: disks.length, transport }) : undefined
  const confinement = await confine(host, {
    vm,
    shares: [
      ...(root.share === undefined ? [] : [root.share]),
      ...shares.shares,
      ...(moduleTree?.share === undefined ? [] : [moduleTree.share]),
    ],
    drives: [...(root.drive === undefined ? [] : [root.drive]), ...disks, ...(moduleTree?.drive === undefined ? [] : [moduleTree.drive])],
    kernel: kernel.image.path,
    initrd,
    qemu,
  })
  const common = { arch, kernel, accel, disks, initrd, qemu, firmware, tscKhz, hostCpus: host.cpus, agent, moduleTree, confinement }
  if (virtiofsd === undefined) return { ...common, root, shares, transport: '9p' }
  const { rootOverVirtiofs, sharesOverVirtiofs } = await import('./virtiofs.ts')
  return { ...common, root: rootOverVirtiofs(root), shares: sharesOverVirtiofs(shares, virtiofsd), transport: 'virtiofs', virtiofsd }
}

interface Transport {
  /** Absent: the kernel can mount no directory of the host. */
  readonly transport: '9p' | 'virtiofs' | undefined
  readonly virtiofsd?: ShareDaemon
}

/** 9p needs nothing on the host; virtiofs serves kernels without it where the host has its daemon. */
async function chooseTransport(services: PlanServices, { shareAs }: ResolvedVm, options: KernelOptions): Promise<Transport> {
  const can = (transport: '9p' | 'virtiofs'): boolean => canUse(options, [...shareOptions[transport], 'OVERLAY_FS'])
  if (shareAs === '9p') return { transport: '9p' }
  if (shareAs === 'auto' && can('9p')) return { transport: '9p' }
  const virtiofsd = shareAs === 'virtiofs' || can('virtiofs') ? await services.shareDaemon() : undefined
  if (virtiofsd !== undefined) return { transport: 'virtiofs', virtiofsd }
  if (shareAs !== 'virtiofs') return { transport: undefined }
  throw new UserError('HOST_LACKS', message`${option('share-as', 'virtiofs')}: this host has no virtiofsd that this user can run.`, {
    hint: installDaemon,
  })
}

/** The modules of the very kernel at the place where modprobe looks for them. */
export interface ModuleTree {
  readonly mount: GuestMount
  readonly share?: Share
  readonly drive?: Drive
}

interface ModuleTreeInput {
  readonly kernel: ResolvedKernel
  readonly root: ResolvedRoot
  /** Further disks, which come before. */
  readonly disks: number
  readonly transport: Transport['transport']
}

/** Over 9p as they are; else on a disk, which takes no daemon. Nothing of it is written to an image. */
async function findModuleTree(
  services: PlanServices,
  { kernel: { options, release }, root, disks, transport }: ModuleTreeInput,
): Promise<ModuleTree | undefined> {
  const at = `/lib/modules/${release}`
  const directory = options.modules?.directory
  // An initramfs has no modprobe, and the host's root shows its own modules.
  if (directory === undefined || root.kind === 'initramfs' || (root.kind === 'host' && directory === at)) return undefined
  const mode = canUse(options, ['OVERLAY_FS', 'TMPFS']) ? 'cow' : 'ro'
  if (transport === '9p') return { mount: { tag: 'modules', at, mode }, share: { host: directory, tag: 'modules', readonly: true } }
  if (!canUse(options, ['VIRTIO_BLK', 'EXT4_FS'])) return undefined
  const device = `/dev/vd${String.fromCharCode('a'.charCodeAt(0) + Number(root.drive !== undefined) + disks)}`
  const path = await services.directoryDisk(directory)
  return { mount: { tag: device, at, mode, transport: 'disk' }, drive: { path, format: 'raw', mode: 'ro' } }
}

/** A guest without a directory of this host has nothing to hide from it, and does not load what would. */
async function confine(host: Host, input: ConfinementInput): Promise<ResolvedConfinement> {
  if (input.shares.length === 0) return { confinement: undefined, lines: [], details: [] }
  const { resolveConfinement } = await import('./resolve-confinement.ts')
  return resolveConfinement(host, input)
}

/** `boot --initrd` gives the machine to the user's own archive. */
function isUsersOwn({ command, initrd, image, root }: ResolvedVm): boolean {
  return command === 'boot' && initrd !== undefined && image === undefined && root.kind !== 'host' && root.kind !== 'directory'
}

const noShares: ResolvedShares = { shares: [], mounts: [], cwd: '/', lines: [] }

interface InitrdInput {
  readonly vm: ResolvedVm
  readonly arch: ArchName
  readonly agent: boolean
}

/** The user's archive, the agent's, or both. */
async function chooseInitrd(host: Host, services: PlanServices, { vm, arch, agent }: InitrdInput): Promise<string | undefined> {
  const named = vm.initrd === undefined ? undefined : resolve(host.cwd, vm.initrd)
  if (named !== undefined && !((await host.fs.stat(named).catch(() => undefined))?.isFile() ?? false)) {
    throw new UserError('FILE_NOT_FOUND', message`${option('initrd', vm.initrd)}: there is no such file.`, {
      hint: message`Make one with ${command('kernelkit initrd SOURCE --out FILE')}.`,
    })
  }
  if (!agent) return named
  return named === undefined ? services.agentInitrd(arch) : services.agentAfter(arch, named)
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
