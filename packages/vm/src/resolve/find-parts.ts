import { dirname, join, resolve } from 'node:path'
import { firmwareNames, parseArch, type Arch, type ArchName, type FirmwareName } from '@kernelkit/core/arch'
import { refuseUnread } from '@kernelkit/core/cmdline'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { VmSpec } from '@kernelkit/core/options'
import type { Drive } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import { chooseAccel, type Acceleration } from './choose-accel.ts'
import { canUse } from './kernel-options.ts'
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
  const canShare = canUse(kernel.options, ['NET_9P_VIRTIO', '9P_FS', 'OVERLAY_FS'])
  const shares = agent ? await resolveShares(host, { vm, root, canShare }) : noShares
  const confinement = await confine(host, {
    vm,
    shares: [...(root.share === undefined ? [] : [root.share]), ...shares.shares],
    drives: [...(root.drive === undefined ? [] : [root.drive]), ...disks],
    kernel: kernel.image.path,
    initrd,
    qemu,
  })
  return { arch, kernel, root, accel, shares, confinement, disks, initrd, qemu, firmware, tscKhz, hostCpus: host.cpus, agent }
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
