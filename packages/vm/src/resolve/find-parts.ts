import { parseArch, type Arch } from '@kernelkit/core/arch'
import { refuseUnread } from '@kernelkit/core/cmdline'
import type { Drive } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import { chooseAccel, type Acceleration } from './choose-accel.ts'
import { extraDrive } from './extra-drive.ts'
import { findQemu, hasQboot } from './find-qemu.ts'
import { canUse } from './kernel-options.ts'
import { planInitrd } from './plan-initrd.ts'
import { resolveKernel, type ResolvedKernel } from './resolve-kernel.ts'
import { resolveRoot, type ResolvedRoot } from './resolve-root.ts'
import { resolveShares, type ResolvedShares } from './resolve-shares.ts'
import type { ResolvedVm } from './resolve-vm.ts'
import type { PlanServices } from './services.ts'

/** What a VM is made of, found on this machine. */
export interface VmParts {
  readonly arch: Arch
  readonly kernel: ResolvedKernel
  readonly root: ResolvedRoot
  readonly accel: Acceleration
  readonly shares: ResolvedShares
  readonly disks: readonly Drive[]
  readonly initrd: string | undefined
  readonly qemu: string
  /** QEMU has the firmware qboot. */
  readonly hasQboot: boolean
  readonly tscKhz: number | undefined
  readonly hostCpus: number
  /** The guest has our agent. */
  readonly agent: boolean
}

/** Looks for everything that a VM needs; throws for what is not there. */
export async function findParts(host: Host, services: PlanServices, vm: ResolvedVm): Promise<VmParts> {
  const kernel = await resolveKernel(host, services, vm)
  const arch = parseArch(kernel.image.arch)
  const qemu = await findQemu(host, vm, arch)
  const agent = !isUsersOwn(vm)
  if (agent) refuseUnread(vm.append)
  const [root, accel, tscKhz, disks, initrd, qboot] = await Promise.all([
    resolveRoot(host, services, vm, arch.name),
    chooseAccel({ host, services, spec: vm, qemu, arch }),
    services.tscKhz(),
    Promise.all(vm.disks.map((disk) => extraDrive(host, disk, vm.persist))),
    planInitrd({ host, services, spec: vm, arch: arch.name, agent }),
    hasQboot(host, qemu),
  ])
  const canShare = canUse(kernel.options, ['NET_9P_VIRTIO', '9P_FS', 'OVERLAY_FS'])
  const shares = agent ? await resolveShares(host, { vm, root, canShare }) : noShares
  return { arch, kernel, root, accel, shares, disks, initrd, qemu, hasQboot: qboot, tscKhz, hostCpus: host.cpus, agent }
}

/** `boot --initrd` gives the machine to the user's own archive. */
function isUsersOwn({ command, initrd, image, root }: ResolvedVm): boolean {
  return command === 'boot' && initrd !== undefined && image === undefined && root.kind !== 'host' && root.kind !== 'folder'
}

const noShares: ResolvedShares = { shares: [], mounts: [], cwd: '/', lines: [] }
