import { join, resolve } from 'node:path'
import { hostArch, type ArchName } from '@kernelkit/core/arch'
import type { GuestRoot } from '@kernelkit/core/cmdline'
import { fileSystemOptions } from '@kernelkit/core/cmdline'
import { UserError, command, message, option, type Message, type MessagePart } from '@kernelkit/core/errors'
import type { Drive, Share } from '@kernelkit/core/qemu'
import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import type { PlanServices } from './services.ts'

/** The root file system of a guest, decided. */
export interface ResolvedRoot {
  readonly kind: 'image' | 'host' | 'directory' | 'initramfs'
  readonly path: string | undefined
  readonly guest: GuestRoot
  readonly drive: Drive | undefined
  readonly share: Share | undefined
  /** The kernel option that mounts the image. */
  readonly option: string | undefined
  /** What it is, as the decisions print it after `root`. */
  readonly shown: Message
  readonly notes: readonly Message[]
}

/** Which root is meant, and whether it can be one. */
export async function resolveRoot(
  host: Host,
  services: PlanServices,
  spec: Pick<VmSpec, 'root' | 'image' | 'initrd' | 'persist'>,
  arch: ArchName,
): Promise<ResolvedRoot> {
  if (spec.image !== undefined && spec.root.kind !== 'auto' && spec.root.kind !== 'image') {
    throw new UserError('BAD_OPTION', message`${option('image')} and ${option('root', spec.root.kind)} name two roots.`, {
      hint: message`Leave one of them out; ${option('disk')} adds a second disk.`,
    })
  }
  switch (spec.root.kind) {
    case 'none':
      return initramfsRoot('as asked')
    case 'host':
      return hostRoot(host, arch, 'as asked')
    case 'directory':
      return directoryRoot(host, spec.root.path)
    case 'image': {
      const image = spec.image ?? (await services.ofProject('image', arch))?.path
      if (image !== undefined) return imageRoot(host, image, spec.persist)
      throw new UserError(
        'ROOT_NOT_FOUND',
        message`${option('root', 'image')}, but no image is named and none was baked for this project (${arch}).`,
        {
          hint: message`Bake one with ${bakeCommand(arch)}, or name one with ${option('image')}.`,
        },
      )
    }
    case 'auto':
      return autoRoot(host, services, spec, arch)
  }
}

async function autoRoot(
  host: Host,
  services: PlanServices,
  spec: Pick<VmSpec, 'image' | 'initrd' | 'persist'>,
  arch: ArchName,
): Promise<ResolvedRoot> {
  if (spec.image !== undefined) return imageRoot(host, spec.image, spec.persist)
  if (spec.initrd !== undefined) return initramfsRoot(`${spec.initrd}, as asked`)
  const baked = await services.ofProject('image', arch)
  if (baked !== undefined && (await host.fs.exists(baked.path))) return imageRoot(host, baked.path, spec.persist, baked.why)
  if (hostArch(host.nodeArch) === arch) return hostRoot(host, arch, 'no image was baked for this project')
  throw new UserError(
    'ROOT_NOT_FOUND',
    `no root for ${arch}: no image was baked for this project, and this host's own root is ${hostArch(host.nodeArch)}.`,
    {
      hint: message`Bake one with ${bakeCommand(arch)}, or name a root file system for ${arch} with ${option('root', 'DIR')}.`,
      details: { arch, hostArch: hostArch(host.nodeArch) },
    },
  )
}

function bakeCommand(arch: ArchName): MessagePart {
  return command(`kernelkit bake --arch ${arch}`, { action: 'the bake-image action' })
}

function initramfsRoot(why: string): ResolvedRoot {
  return {
    kind: 'initramfs',
    path: undefined,
    guest: { kind: 'initramfs' },
    drive: undefined,
    share: undefined,
    option: undefined,
    shown: `initramfs only (${why})`,
    notes: [],
  }
}

async function imageRoot(host: Host, named: string, persist: boolean, why?: string): Promise<ResolvedRoot> {
  const path = resolve(host.cwd, named)
  const { readImageFacts } = await import('./root-file-system.ts')
  const facts = await readImageFacts(host, path)
  const source = why === undefined ? '' : `, ${why}`
  return {
    kind: 'image',
    path,
    guest: {
      kind: 'disk',
      device: '/dev/vda',
      fsType: facts.fsType,
      mode: facts.fsType === 'squashfs' || facts.fsType === 'erofs' ? 'ro' : 'rw',
    },
    drive: { path, format: facts.format, mode: persist ? 'rw' : 'snapshot' },
    share: undefined,
    option: fileSystemOptions[facts.fsType],
    shown: message`${path} (${facts.fsType}, ${persist ? message`written to: ${option('persist')}` : 'never written'}${source})`,
    notes: [],
  }
}

async function hostRoot(host: Host, arch: ArchName, why: string): Promise<ResolvedRoot> {
  if (hostArch(host.nodeArch) !== arch) {
    throw new UserError(
      'ROOT_NOT_FOUND',
      message`${option('root', 'host')}: this host's programs are for ${hostArch(host.nodeArch)}, the kernel is for ${arch}.`,
      {
        hint: message`Bake an image with ${bakeCommand(arch)}, or boot a kernel for ${hostArch(host.nodeArch)}.`,
      },
    )
  }
  return {
    ...sharedRoot('host', '/'),
    shown: `host (${(await isContainer(host)) ? "the container's" : "this machine's"} /, read-only, changes stay in guest memory; ${why})`,
    notes: [message`${option('root', 'host')} is not a sandbox: the guest reads what you can read`],
  }
}

/** What docker, podman and our own re-run in the whole-tool image leave in a container. */
async function isContainer({ env, fs }: Pick<Host, 'env' | 'fs'>): Promise<boolean> {
  if (env['KERNELKIT_INSIDE'] !== undefined) return true
  return (await Promise.all(['/.dockerenv', '/run/.containerenv'].map((path) => fs.exists(path)))).includes(true)
}

async function directoryRoot(host: Host, named: string): Promise<ResolvedRoot> {
  const path = resolve(host.cwd, named)
  const stat = await host.fs.stat(path).catch((cause: unknown) => {
    throw new UserError('ROOT_NOT_FOUND', message`${option('root', named)}: there is no such directory.`, {
      hint: 'Name a directory that contains a root file system.',
      cause,
    })
  })
  if (!stat.isDirectory())
    throw new UserError('ROOT_NOT_FOUND', message`${option('root', named)} is not a directory.`, {
      hint: message`Name a disk image with ${option('image', named)}.`,
    })
  if ((await host.fs.readdir(path).catch(() => ['unknown'])).length === 0)
    throw new UserError('ROOT_NOT_FOUND', message`${option('root', named)} is empty: it is not a root file system.`, {
      hint: 'Name a directory that contains one, or a static program for the command.',
    })
  const owner = await rootOwner(host, path)
  return {
    ...sharedRoot('directory', path),
    shown: `${path} (a directory, read-only, changes stay in guest memory)`,
    notes: owner === 0 ? [] : [`files below ${path} belong to uid ${owner}, in the guest too: setuid programs, sshd and sudo refuse that`],
  }
}

/** Owner of what belongs to root in every root file system. */
async function rootOwner(host: Host, path: string): Promise<number> {
  for (const name of ['etc', 'usr', 'bin', '.']) {
    const stat = await host.fs.lstat(join(path, name)).catch(() => undefined)
    if (stat !== undefined) return stat.uid
  }
  return 0
}

function sharedRoot(kind: 'host' | 'directory', path: string): Omit<ResolvedRoot, 'shown' | 'notes'> {
  return {
    kind,
    path,
    guest: { kind: '9p', tag: 'root', mode: 'cow' },
    drive: undefined,
    share: { host: path, tag: 'root', readonly: true },
    option: undefined,
  }
}
