import { dirname, join, resolve } from 'node:path'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import { hostArch, type ArchName } from '@kernelkit/core/arch'
import type { KernelReference } from '@kernelkit/core/kernels'
import { quoteArgv } from '@kernelkit/core/shell'
import type { Host } from '@kernelkit/host'
import { buildDirectoriesBelow, enclosingTree, kernelAt, kernelInDirectory, showAge, type FoundKernel } from './find-kernel.ts'
import { readKernelOptions, type KernelModules, type KernelOptions } from './kernel-options.ts'
import { kernelRelease, readManifest } from './kernel-version.ts'
import type { ResolvedVm } from './resolve-vm.ts'
import type { PlanServices } from './services.ts'

export interface ResolvedKernel extends FoundKernel {
  readonly release: string
  readonly options: KernelOptions
  /** Made from a distribution's packages, or from an image of a registry: it is as it was published. */
  readonly isPackaged: boolean
  /** Where the files of modules are: those that were named, then the kernel's own, those with debug information first. */
  readonly moduleDirectories: readonly string[]
  /** Real path of its source, where that is known and still exists. */
  readonly sourceTree: string | undefined
  /** `kernel 6.12.1 (FILE, 2 min old)`. */
  readonly line: string
}

type AskedKernel = Pick<ResolvedVm, 'kernel' | 'projectKernel' | 'arch' | 'mirror' | 'symbols' | 'moduleFiles'>

/** The kernel that is meant; never silently another tree's. */
export async function resolveKernel(host: Host, services: PlanServices, asked: AskedKernel): Promise<ResolvedKernel> {
  const { found, why } = await (asked.kernel === undefined
    ? searchKernel(host, services, asked)
    : namedKernel(host, services, asked, asked.kernel))
  if (asked.arch !== undefined && asked.arch !== found.image.arch) {
    throw new UserError(
      'KERNEL_ARCH',
      message`${found.shown} is a kernel for ${found.image.arch}, not for ${asked.arch} as ${option('arch')} says.`,
      {
        hint: message`Build one with ${command(`kernelkit build --arch ${asked.arch}`, { action: `the build-kernel action and \`arch: ${asked.arch}\`` })}.`,
        details: { kernel: found.image.path, arch: found.image.arch, asked: asked.arch },
      },
    )
  }
  const [known, release = 'of unknown release', sourceTree] = await Promise.all([
    readKernelOptions(host, found.image),
    kernelRelease(host, found.image),
    findSource(host, found),
  ])
  const manifest = await readManifest(host, dirname(found.image.path))
  const modules = await findModules(host, { kernel: found.image.path, release, named: manifest?.['modules'] })
  const options = { ...known, modules }
  if (modules !== undefined && known.source === undefined) {
    host.log.warn(
      `the configuration of this kernel is neither next to it (config-${release}) nor inside it: which of the modules in ${modules.directory} the guest needs is not known, and only those that --module names are loaded`,
    )
  }
  const symbols = manifest?.['symbols']
  const moduleDirectories = [
    ...(await Promise.all(asked.moduleFiles.map((named) => directoryOfModules(host, named)))),
    ...(typeof symbols === 'string' ? [join(dirname(found.image.path), symbols)] : []),
    ...(modules === undefined ? [] : [modules.directory]),
  ]
  const notes = why === undefined ? '' : `, ${why}`
  const debugVmlinux = manifest?.['debugVmlinux']
  return {
    ...found,
    vmlinux: typeof debugVmlinux === 'string' ? join(dirname(found.image.path), debugVmlinux) : found.vmlinux,
    release,
    options,
    isPackaged: Array.isArray(manifest?.['packages']),
    moduleDirectories,
    sourceTree,
    line: `kernel ${release} (${found.shown}, ${showAge(host.now() - found.image.modifiedAt)} old${notes})`,
  }
}

async function directoryOfModules(host: Host, named: string): Promise<string> {
  const path = resolve(host.cwd, named)
  if ((await host.fs.stat(path).catch(() => undefined))?.isDirectory() === true) return path
  throw new UserError('FILE_NOT_FOUND', message`${option('module-files', named)}: there is no such directory.`, {
    hint: 'Name the directory where the modules were built: each `.ko` below it is found by its name.',
  })
}

/** The build directory's link to its source, the directory itself when it was built in place, or what the manifest says. */
async function findSource(host: Host, found: FoundKernel): Promise<string | undefined> {
  const directory = dirname(found.vmlinux ?? found.image.path)
  const source = (await readManifest(host, directory))?.['source']
  const named =
    typeof source === 'object' && source !== null && 'tree' in source && typeof source.tree === 'string' ? source.tree : undefined
  for (const candidate of [join(directory, 'source'), directory, ...(named === undefined ? [] : [named])]) {
    if (await host.fs.exists(join(candidate, 'Kconfig'))) return host.fs.realpath(candidate)
  }
  return undefined
}

interface Search {
  readonly found: FoundKernel
  readonly why: string | undefined
}

async function searchKernel(host: Host, services: PlanServices, asked: AskedKernel): Promise<Search> {
  if (asked.symbols) throw noSymbols('.')
  const arch = asked.arch ?? hostArch(host.nodeArch)
  const project = asked.projectKernel ? await lastBuilt(host, services, arch) : undefined
  if (project !== undefined) return project
  const tree = await enclosingTree(host, host.cwd)
  if (tree !== undefined) {
    for (const directory of [tree, ...(await buildDirectoriesBelow(host, tree))]) {
      const found = await kernelInDirectory(host, directory)
      if (found !== undefined && found.image.arch === arch) return { found, why: undefined }
    }
  }
  const last = await lastBuilt(host, services, arch)
  if (last !== undefined) return last
  if (tree !== undefined) {
    throw new UserError(
      'KERNEL_NOT_FOUND',
      `the kernel tree ${tree} contains no built kernel for ${arch}, and the store has none of this tree.`,
      {
        hint: message`Run ${command('kernelkit build', { action: 'the build-kernel action' })} here, or name a kernel that is built already: ${option('kernel', 'debian:12')}, or a file.`,
        details: { tree, arch },
      },
    )
  }
  const newest = await services.newestKernel(arch)
  if (newest !== undefined) return { found: await kernelAt(host, newest.path), why: newest.why }
  throw new UserError(
    'KERNEL_NOT_FOUND',
    `there is no kernel for ${arch}: this directory is not a kernel tree, and the store has none that was built.`,
    {
      hint: message`Take Debian's, without compiling: ${option('kernel', 'debian:12')}, which may also be a file or a directory. Or build one with ${command('kernelkit build deb:linux-source-6.12', { action: 'the build-kernel action before this step (`source: deb:linux-source-6.12` needs no tree)' })}.`,
      details: { arch },
    },
  )
}

function noSymbols(path: string): UserError {
  return new UserError('BAD_OPTION', message`${option('symbols')} is for kernels of an archive, not for ${option('kernel', path)}.`, {
    hint: message`Leave it out: the vmlinux next to a kernel of yours is found. Or name a kernel such as ${option('kernel', 'debian:12/cloud')}.`,
  })
}

/** A file as it is; what is in packages is prepared first. */
async function namedKernel(host: Host, services: PlanServices, asked: AskedKernel, kernel: KernelReference): Promise<Search> {
  if (kernel.kind === 'path' && asked.symbols) throw noSymbols(kernel.path)
  if (kernel.kind === 'path') return { found: await kernelAt(host, kernel.path), why: undefined }
  const { path, shown, why } = await services.prepareKernel(kernel, {
    arch: asked.arch ?? hostArch(host.nodeArch),
    mirror: asked.mirror,
    symbols: asked.symbols,
  })
  const found = await kernelAt(host, path)
  return { found: { ...found, shown }, why }
}

/** Modules of this very release: where a manifest says, or where `make modules_install` and distributions put them next to their kernel. */
async function findModules(
  host: Host,
  { kernel, release, named }: { readonly kernel: string; readonly release: string; readonly named: unknown },
): Promise<KernelModules | undefined> {
  const directory = dirname(kernel)
  const places = [
    ...(typeof named === 'string' ? [join(directory, named)] : []),
    ...[directory, dirname(directory)].flatMap((above) => ['lib/modules', 'usr/lib/modules'].map((name) => join(above, name, release))),
    // Fedora and later Debian: the kernel is among its modules.
    ...(directory.endsWith(`/lib/modules/${release}`) ? [directory] : []),
  ]
  const seen = new Set<string>()
  for (const place of places) {
    const real = await host.fs.realpath(place).catch(() => place)
    if (seen.has(real)) continue
    seen.add(real)
    if (await host.fs.exists(join(place, 'modules.dep'))) return (await import('./kernel-modules.ts')).readKernelModules(host, place)
    if (await host.fs.exists(join(place, 'kernel')))
      host.log.warn(
        `${place} has no modules.dep, so its modules are not used. Run \`${quoteArgv(['depmod', '-b', place.replace(/\/lib\/modules\/[^/]+$/, '') || '/', release])}\`.`,
      )
  }
  return undefined
}

async function lastBuilt(host: Host, services: PlanServices, arch: ArchName): Promise<Search | undefined> {
  const last = await services.ofProject('kernel', arch)
  return last === undefined ? undefined : { found: await kernelAt(host, last.path), why: last.why }
}
