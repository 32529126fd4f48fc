import { resolve } from 'node:path'
import type { GuestMount } from '@kernelkit/core/cmdline'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Drive, Share } from '@kernelkit/core/qemu'
import type { ShareSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { maskedDirectoryOf } from './masked-directories.ts'
import type { ResolvedRoot } from './resolve-root.ts'
import type { ResolvedVm } from './resolve-vm.ts'

/** The tag of the share that takes artifacts. */
export const artifactsTag = 'artifacts'

export interface ResolvedShares {
  readonly shares: readonly Share[]
  readonly mounts: readonly GuestMount[]
  /** Disks in place of shares. */
  readonly drives?: readonly Drive[]
  /** Directory of the command. */
  readonly cwd: string
  readonly lines: readonly string[]
}

/** Where the artifacts directory appears in the guest. */
export const artifactsDirectory = '/run/kernelkit/artifacts'

const lacking = 'the kernel lacks 9P_FS, NET_9P_VIRTIO or OVERLAY_FS'

export interface SharesInput {
  readonly vm: Pick<ResolvedVm, 'shares' | 'cwd' | 'shareCwd' | 'artifacts'>
  readonly root: ResolvedRoot
  /** Whether the kernel can mount a share at all. */
  readonly canShare: boolean
  /** Whether the guest can write to one. */
  readonly canWrite: boolean
}

/** Shares of the user, the working directory, the artifacts: what QEMU offers and what the guest mounts. */
export async function resolveShares(host: Host, { vm, root, canShare, canWrite }: SharesInput): Promise<ResolvedShares> {
  const asked = await Promise.all(vm.shares.map((share, index) => resolveShare(host, share, index)))
  const own = workingDirectory({ host, vm, root, canShare, asked: asked.map(({ mount }) => mount.at) })
  const withoutArtifacts = vm.artifacts?.isOptional === true && !canWrite
  const all = [
    ...asked,
    ...(own.share === undefined ? [] : [own.share]),
    ...(vm.artifacts === undefined || withoutArtifacts ? [] : [artifacts(resolve(host.cwd, vm.artifacts.path))]),
  ].toSorted((a, b) => a.mount.at.length - b.mount.at.length)
  refuseSamePlace(all)
  return {
    shares: all.map(({ share }) => share),
    // A directory is mounted before what is inside it.
    mounts: all.map(({ mount }) => mount),
    cwd: vm.cwd ?? own.cwd,
    lines: [
      ...all.map(({ line }) => line),
      ...own.notes,
      ...(withoutArtifacts ? [`no directory for artifacts in the guest: ${canShare ? 'disks are read-only' : lacking}`] : []),
    ],
  }
}

/** The later one would hide the other. */
function refuseSamePlace(all: readonly Placed[]): void {
  for (const [index, { mount, share }] of all.entries()) {
    const before = all.slice(0, index).find((other) => other.mount.at === mount.at)
    if (before === undefined) continue
    throw new UserError(
      'BAD_SHARE',
      message`${option('share')}: ${before.share.host} and ${share.host} would both be at ${mount.at} in the guest.`,
      {
        hint: message`Give one of them another place: ${option('share', 'SRC:/mnt/other')}.`,
        details: { path: mount.at },
      },
    )
  }
}

interface Placed {
  readonly share: Share
  readonly mount: GuestMount
  readonly line: string
}

async function resolveShare(host: Host, spec: ShareSpec, index: number): Promise<Placed> {
  const path = resolve(host.cwd, spec.source)
  const stat = await host.fs.stat(path).catch((cause: unknown) => {
    throw new UserError('BAD_SHARE', message`${option('share', spec.source)}: there is no such directory on this host.`, {
      hint: 'Check the path, or make the directory first.',
      details: { path },
      cause,
    })
  })
  if (!stat.isDirectory())
    throw new UserError('BAD_SHARE', message`${option('share', spec.source)} is not a directory.`, {
      hint: 'Share the directory that it is in.',
      details: { path },
    })
  return placed({ path, tag: `share${index}`, at: spec.guest ?? path, mode: spec.mode })
}

function artifacts(path: string): Placed {
  return placed({ path, tag: artifactsTag, at: artifactsDirectory, mode: 'rw' })
}

/** How a share is said. */
export function shareLine({ host }: Pick<Share, 'host'>, { at, mode }: Pick<GuestMount, 'at' | 'mode'>): string {
  return `share ${host}${at === host ? '' : ` at ${at}`} (${mode})`
}

function placed(share: { readonly path: string; readonly tag: string; readonly at: string; readonly mode: GuestMount['mode'] }): Placed {
  return {
    share: { host: share.path, tag: share.tag, readonly: share.mode !== 'rw' },
    mount: { tag: share.tag, at: share.at, mode: share.mode },
    line: shareLine({ host: share.path }, share),
  }
}

interface CwdInput {
  readonly host: Host
  readonly vm: SharesInput['vm']
  readonly root: ResolvedRoot
  readonly canShare: boolean
  readonly asked: readonly string[]
}

/** The caller's working directory at the same path; left out where it shows anyway. */
function workingDirectory({ host, vm, root, canShare, asked }: CwdInput): {
  readonly share: Placed | undefined
  readonly cwd: string
  readonly notes: readonly string[]
} {
  if (!vm.shareCwd) return { share: undefined, cwd: '/', notes: [] }
  // The root of this machine cannot be mounted at the same path of another root.
  if (host.cwd === '/') return { share: undefined, cwd: '/', notes: [] }
  const isMasked = maskedDirectoryOf(host.cwd) !== undefined
  if ((root.kind === 'host' && !isMasked) || asked.includes(host.cwd)) return { share: undefined, cwd: host.cwd, notes: [] }
  // A whole masked directory (/tmp, /dev) stays the guest's own.
  if (maskedDirectoryOf(host.cwd) === host.cwd)
    return { share: undefined, cwd: '/', notes: [`the working directory ${host.cwd} is the guest's own: not shared`] }
  if (!canShare)
    return {
      share: undefined,
      cwd: '/',
      notes: [`the working directory is not shared: ${lacking}`],
    }
  return { share: placed({ path: host.cwd, tag: 'cwd', at: host.cwd, mode: 'cow' }), cwd: host.cwd, notes: [] }
}
