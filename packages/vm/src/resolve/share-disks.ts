import type { GuestMount } from '@kernelkit/core/cmdline'
import { diskDevice, diskFormats, type DiskFormat } from '@kernelkit/core/disk'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Drive } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import { canUse, moduleOf, type KernelOptions } from './kernel-options.ts'
import type { ModuleTree } from './find-parts.ts'
import { findHidden } from './resolve-confinement.ts'
import type { ResolvedRoot } from './resolve-root.ts'
import { shareLine, type ResolvedShares } from './resolve-shares.ts'
import type { ResolvedVm } from './resolve-vm.ts'
import type { PlanServices } from './services.ts'

/** The format of disks that this kernel mounts and this host makes; `HOST_LACKS` under `isForced`, else `undefined`. */
export async function findDiskFormat(
  host: Pick<Host, 'which'>,
  options: KernelOptions,
  { isForced, loadsLittle = false }: { readonly isForced: boolean; readonly loadsLittle?: boolean },
): Promise<DiskFormat | undefined> {
  const possible = diskFormats.filter((format) => canUse(options, ['VIRTIO_BLK', ...format.options]))
  const isBuiltIn = (format: DiskFormat): boolean => format.options.every((symbol) => moduleOf(options, symbol) === undefined)
  const mounted = loadsLittle ? possible.toSorted((a, b) => Number(isBuiltIn(b)) - Number(isBuiltIn(a))) : possible
  for (const format of mounted) if ((await host.which(format.program)) !== undefined) return format
  if (!isForced) return undefined
  const [first] = mounted
  // The kernel's lack is reported where all others are.
  if (first === undefined) return diskFormats.at(-1)
  throw new UserError(
    'HOST_LACKS',
    message`${option('share-as', 'disk')}: this host has no program that makes a disk which the kernel mounts (${mounted.map(({ program }) => program).join(', ')}).`,
    { hint: `Run \`apt-get install -y ${first.package}\`.`, details: { packages: mounted.map((format) => format.package) } },
  )
}

type Writes = Pick<ResolvedVm, 'shares' | 'artifacts'>

/** What of the directories that were asked for is written to, which no disk can be; `undefined`: nothing. */
export function writtenShare({ shares, artifacts }: Writes): ReturnType<typeof message> | undefined {
  const written = shares.find(({ mode }) => mode === 'rw')
  if (written !== undefined) return message`${option('share', `${written.source}:rw`)}`
  return artifacts === undefined || artifacts.isOptional ? undefined : message`${option('artifacts', artifacts.path)}`
}

/** `--share-as disk` cannot do everything. */
export function refuseDisk(vm: Writes, root: ResolvedRoot): void {
  const asked = option('share-as', 'disk')
  if (root.share?.host === '/') {
    throw new UserError('BAD_OPTION', message`${asked}: the root of this machine is never made a disk.`, {
      hint: message`Name an image with ${option('image', 'FILE')} or a directory with ${option('root', 'DIR')}.`,
    })
  }
  const written = writtenShare(vm)
  if (written === undefined) return
  throw new UserError('BAD_OPTION', message`${asked} is read-only, and ${written} is written to.`, {
    hint: message`Choose ${option('share-as', '9p')} or ${option('share-as', 'virtiofs')}, or share it ${'cow'}: what the guest writes stays in its memory.`,
  })
}

export interface DisksInput {
  readonly vm: ResolvedVm
  readonly root: ResolvedRoot
  readonly shares: ResolvedShares
  readonly format: DiskFormat
  /** Disks of `--disk`. */
  readonly disks: number
  readonly qemu: string
}

// Not asked for: shared when it takes a moment.
const mostCwdBytes = 256 * 2 ** 20

/** The same root and shares on read-only disks, which come after the user's own. */
export async function packShares(
  host: Host,
  services: PlanServices,
  { vm, root, shares, format, disks, qemu }: DisksInput,
): Promise<{ readonly root: ResolvedRoot; readonly shares: ResolvedShares }> {
  const all = [...(root.share === undefined ? [] : [root.share]), ...shares.shares]
  const hidden = vm.unconfined || all.length === 0 ? [] : (await findHidden(host, { vm, shares: all, qemu })).hidden.map(({ path }) => path)
  const pack = async (directory: string, mostBytes?: number): Promise<{ readonly drive: Drive; readonly lines: readonly string[] }> => {
    const real = await host.fs.realpath(directory)
    const { path, lines } = await services.directoryDisk({
      directory: real,
      format,
      hidden,
      ...(mostBytes === undefined ? {} : { mostBytes }),
    })
    return { drive: { path, format: 'raw', mode: 'ro' }, lines }
  }
  const lines: string[] = []
  const missing = new Set<string>()
  const packedRoot = root.share === undefined ? undefined : await pack(root.share.host)
  lines.push(...(packedRoot?.lines ?? []))
  const first = Number(packedRoot !== undefined || root.drive !== undefined) + disks
  const drives: Drive[] = []
  const mounts: GuestMount[] = []
  let { cwd } = shares
  for (const [index, share] of shares.shares.entries()) {
    const mount = shares.mounts[index]
    if (mount === undefined) continue
    const isCwd = share.tag === 'cwd'
    const packed = await pack(share.host, isCwd ? mostCwdBytes : undefined).catch((error: unknown) => {
      if (!isCwd || !(error instanceof UserError)) throw error
      lines.push(`the working directory is not shared: ${error.message}`)
      return undefined
    })
    if (packed === undefined) {
      cwd = vm.cwd ?? '/'
      missing.add(shareLine(share, mount))
      continue
    }
    lines.push(...packed.lines)
    mounts.push({ ...mount, tag: diskDevice(first + drives.length), transport: { fsType: format.fsType } })
    drives.push(packed.drive)
  }
  const said = `directories on read-only disks (${format.fsType}, made once for what is in them)`
  return {
    root: packedRoot === undefined ? root : rootOnDisk(root, packedRoot.drive, format),
    shares: {
      shares: [],
      mounts,
      drives,
      cwd,
      lines: [...(all.length === 0 ? [] : [said]), ...shares.lines.filter((line) => !missing.has(line)), ...lines],
    },
  }
}

function rootOnDisk(root: ResolvedRoot, drive: Drive, { fsType, options }: DiskFormat): ResolvedRoot {
  return {
    ...root,
    guest: { kind: 'disk', device: diskDevice(0), fsType, mode: 'cow' },
    drive,
    share: undefined,
    option: options[0],
  }
}

export interface ModuleDiskInput {
  readonly options: KernelOptions
  /** lib/modules/RELEASE on this host, and its place in the guest. */
  readonly directory: string
  readonly at: string
  /** Of the disk, counted from 0. */
  readonly place: number
  readonly mode: GuestMount['mode']
}

/** The modules of the kernel on a disk; `undefined` where none can be made that it mounts. */
export async function diskOfModules(
  host: Pick<Host, 'which'>,
  services: PlanServices,
  { options, directory, at, place, mode }: ModuleDiskInput,
): Promise<ModuleTree | undefined> {
  // Each module that is loaded for the disk costs every boot some milliseconds, under emulation tens of them.
  const format = await findDiskFormat(host, options, { isForced: false, loadsLittle: true })
  if (format === undefined) return undefined
  const { path } = await services.directoryDisk({ directory, format, hidden: [] })
  // QEMU forgets what is written (`snapshot`): one mount in the guest instead of three, and no overlay to load for it.
  const isOverlaid = !(mode === 'cow' && format.isWritable)
  return {
    mount: { tag: diskDevice(place), at, mode: isOverlaid ? mode : 'rw', transport: { fsType: format.fsType } },
    drive: { path, format: 'raw', mode: isOverlaid ? 'ro' : 'snapshot' },
    options: ['VIRTIO_BLK', ...format.options],
  }
}
