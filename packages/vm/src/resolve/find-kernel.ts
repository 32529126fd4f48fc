import { dirname, join, relative, resolve } from 'node:path'
import { archRows, kernelImageNames, kernelImagePaths, listNames } from '@kernelkit/core/arch'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { readKernelImage, type KernelImage } from './kernel-image.ts'

/** Files of one build: what is booted and what a debugger reads. */
export interface FoundKernel {
  readonly image: KernelImage
  readonly vmlinux: string | undefined
  /** Shown in the first line, as the user would write it. */
  readonly shown: string
  readonly notes: readonly string[]
}

/** A kernel that the user named: a file, a build directory, a tree or an entry of the store. */
export async function kernelAt(host: Host, named: string): Promise<FoundKernel> {
  const path = resolve(host.cwd, named)
  const stat = await host.fs.stat(path).catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', message`${option('kernel', named)}: there is no such file or directory.`, {
      hint: message`Build it first with ${command('kernelkit build', { action: 'the build-kernel action' })}, or take Debian's: ${option('kernel', 'debian:12')}.`,
      cause,
    })
  })
  if (!stat.isDirectory()) return fromFile(host, path)
  const found = await kernelInDirectory(host, path)
  if (found !== undefined) return found
  throw new UserError(
    'KERNEL_NOT_FOUND',
    message`${option('kernel', named)}: the directory contains no built kernel (looked for vmlinux and ${listNames(kernelImagePaths.map((path) => path.replace(/^arch\/[^/]+/, 'arch/*')))}, boot/vmlinuz* and lib/modules/*/vmlinuz).`,
    {
      hint: message`Run \`make\` or ${command('kernelkit build', { action: 'the build-kernel action' })} there first.`,
    },
  )
}

/** The kernel that was built in a directory, `undefined` when there is none. */
export async function kernelInDirectory(host: Host, directory: string): Promise<FoundKernel | undefined> {
  const images = [...new Set([...kernelImagePaths, ...kernelImageNames])].map((name) => join(directory, name))
  const [compressed] = (await Promise.all(images.map(async (path) => ((await isFile(host, path)) ? path : undefined)))).filter(
    (path) => path !== undefined,
  )
  if (compressed !== undefined) return fromFile(host, compressed)
  const vmlinux = join(directory, 'vmlinux')
  if (await isFile(host, vmlinux)) return fromFile(host, vmlinux)
  // As `make tar-pkg`, `make modules_install` and packages leave it, which few runs have.
  const { findKernelFiles } = await import('../reference/find-kernel-files.ts')
  const installed = await findKernelFiles(host, directory)
  return installed === undefined ? undefined : fromFile(host, installed.kernel)
}

async function fromFile(host: Host, path: string): Promise<FoundKernel> {
  const image = await readKernelImage(host, path)
  const shown = showPath(host, path)
  if (image.format === 'vmlinux') return fromVmlinux(host, image, shown)
  const vmlinux = await vmlinuxOf(host, path)
  if (vmlinux === undefined) return { image, vmlinux: undefined, shown, notes: [] }
  // kbuild makes the image from vmlinux: a younger vmlinux is another build.
  const isSameBuild = vmlinux.modifiedAt <= image.modifiedAt + 1000 || (await host.fs.exists(join(dirname(path), 'manifest.json')))
  if (!isSameBuild) {
    return {
      image,
      vmlinux: undefined,
      shown,
      notes: [`${showPath(host, vmlinux.path)} is newer than the kernel image: run make again to boot it`],
    }
  }
  if (!vmlinux.bootable) return { image, vmlinux: vmlinux.path, shown, notes: [] }
  // Entered directly, without decompression: a quarter of the boot time under TCG.
  return { image: { ...vmlinux, release: image.release }, vmlinux: vmlinux.path, shown, notes: [] }
}

async function fromVmlinux(host: Host, image: KernelImage, shown: string): Promise<FoundKernel> {
  if (image.bootable) return { image, vmlinux: image.path, shown, notes: [] }
  const { directEntry, imageTarget } = archRows[image.arch]
  const [lack, otherwise] =
    typeof directEntry === 'string' ? ['', ''] : [` without the ${directEntry.title}`, `, or build with CONFIG_${directEntry.option}=y`]
  throw new UserError('NOT_A_KERNEL', `${image.path} is a vmlinux${lack}: QEMU cannot enter it.`, {
    hint: `Name the ${imageTarget} of the same build${otherwise}.`,
    details: { path: image.path },
  })
}

async function vmlinuxOf(host: Host, path: string): Promise<KernelImage | undefined> {
  const directory = dirname(path)
  for (const candidate of [
    join(directory, 'vmlinux'),
    ...(/\/arch\/[^/]+\/boot$/.test(directory) ? [join(directory, '../../../vmlinux')] : []),
  ]) {
    if (await isFile(host, candidate)) return readKernelImage(host, candidate).catch(() => undefined)
  }
  return undefined
}

/** The kernel tree or build directory that the working directory is in: its own, a parent's. */
export async function enclosingTree(host: Host, directory: string): Promise<string | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    if (await isKernelDirectory(host, at)) return at
    if (at === dirname(at)) return undefined
  }
}

async function isKernelDirectory(host: Host, directory: string): Promise<boolean> {
  const tree = ['Kbuild', 'Kconfig', 'MAINTAINERS', 'kernel', 'arch']
  if ((await Promise.all(tree.map((name) => host.fs.exists(join(directory, name))))).every(Boolean)) return true
  // A build directory of O=: a configuration and a link to its source.
  return (await host.fs.exists(join(directory, '.config'))) && (await host.fs.exists(join(directory, 'source', 'Kconfig')))
}

/** Build directorys of O= right below a tree: each has a link `source` to it. */
export async function buildDirectoriesBelow(host: Host, tree: string): Promise<readonly string[]> {
  const entries = await host.fs.readdir(tree, { withFileTypes: true })
  const real = await host.fs.realpath(tree)
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async (entry) => {
        const source = await host.fs.realpath(join(tree, entry.name, 'source')).catch(() => undefined)
        return source === real ? join(tree, entry.name) : undefined
      }),
  )
  return found.filter((directory) => directory !== undefined)
}

function showPath(host: Host, path: string): string {
  const below = relative(host.cwd, path)
  return below.startsWith('..') ? path : below
}

async function isFile(host: Host, path: string): Promise<boolean> {
  return (await host.fs.stat(path).catch(() => undefined))?.isFile() ?? false
}

/** `12 s`, `2 min`, `3 h`, `5 days`. */
export function showAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
