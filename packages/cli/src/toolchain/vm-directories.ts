import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import type { VmSpec } from '@kernelkit/core/options'
import type { ContainerMount } from '@kernelkit/core/toolchain'
import { findProject, readProject, type Host, type Store } from '@kernelkit/host'
import { directoryOrFile, isPassable, joinMounts, readOnly } from '@kernelkit/toolchain/tools'

/**
 * What a VM in a container sees of this machine, at the same paths: the store, the project, the working directory, and all
 * that the options name. Everything but the store, `--artifacts`, `--evidence` and what is to be written is read-only.
 */
export async function vmDirectories(host: Host, store: Store, spec: VmSpec): Promise<readonly ContainerMount[]> {
  const at = (path: string): string => resolve(host.cwd, path)
  const around = (path: string): string => directoryOrFile(dirname(at(path)), at(path))
  const written = (path: string, isWritten: boolean): ContainerMount => ({ path: at(path), readOnly: !isWritten })
  const project = await findProject(host)
  const asked = [
    ...(await kernelDirectories(host, spec.kernel, at)),
    ...ofFileAddress(spec.mirror),
    ...[spec.initrd, spec.allow].flatMap((path) => (path === undefined ? [] : [around(path)])),
    ...(spec.root.kind === 'directory' ? [at(spec.root.path)] : []),
    ...(await recordedDirectories(host, store, { project, spec })),
  ]
  const given: readonly ContainerMount[] = [
    { path: store.root, readOnly: false },
    ...asked.map(readOnly),
    // The image's manifest is next to it.
    ...(spec.image === undefined ? [] : [readOnly(around(spec.image)), written(spec.image, spec.persist)]),
    ...spec.disks.map(({ path, readonly }) => written(path, spec.persist && !readonly)),
    ...spec.shares.map(({ source, mode }) => written(source, mode === 'rw')),
    ...[spec.artifacts, spec.evidence].flatMap((path) => (path === undefined ? [] : [written(path, true)])),
    // It is written next to its place, then renamed.
    ...(spec.junit === undefined ? [] : [written(dirname(at(spec.junit)), true)]),
  ]
  // These were not asked for by name: where they are the container's own, a guest cannot see them.
  const usual = [host.cwd, project, ...(await treeAbove(host, host.cwd))].filter(isPassable).map(readOnly)
  return joinMounts([...given, ...usual])
}

/** A kernel's directory, and the tree that a build directory of kbuild points to. */
async function kernelDirectories(host: Host, kernel: VmSpec['kernel'], at: (path: string) => string): Promise<readonly string[]> {
  if (kernel?.kind === 'package-files') return kernel.paths.map((path) => directoryOrFile(dirname(at(path)), at(path)))
  if (kernel?.kind === 'addresses')
    return kernel.files.flatMap(({ url }) => ofFileAddress(url).map((path) => directoryOrFile(dirname(path), path)))
  if (kernel?.kind === 'oci' && kernel.place.kind === 'layout') return [at(kernel.place.path)]
  if (kernel?.kind !== 'path') return []
  const path = at(kernel.path)
  const isDirectory = (await host.fs.stat(path).catch(() => undefined))?.isDirectory() === true
  const directory = isDirectory ? path : directoryOrFile(dirname(path), path)
  const source = isDirectory ? await host.fs.realpath(join(path, 'source')).catch(() => undefined) : undefined
  return [directory, ...(source === undefined ? [] : [source])]
}

/** The path of a `file:` address; none of any other, nor of one that is refused later. */
function ofFileAddress(url: string | undefined): readonly string[] {
  return url !== undefined && URL.canParse(url) && /^file:\/\/\/./.test(url) ? [fileURLToPath(url)] : []
}

/** What was built and baked for this project may lie outside the store, where --out or --in-tree put it. */
async function recordedDirectories(
  host: Host,
  store: Store,
  { project, spec }: { readonly project: string; readonly spec: VmSpec },
): Promise<readonly string[]> {
  const arch = parseArch(spec.arch ?? hostArch(host.nodeArch)).name
  const record = await readProject(host, store, { project, arch })
  const directories = [record.kernel, record.image].flatMap((manifest) => (manifest === undefined ? [] : [dirname(manifest)]))
  return directories.filter((directory) => isPassable(directory) && !`${directory}/`.startsWith(`${store.root}/`))
}

/** The kernel tree around the working directory, when that lies deeper. */
async function treeAbove(host: Pick<Host, 'fs'>, from: string): Promise<readonly string[]> {
  for (let directory = from; dirname(directory) !== directory; directory = dirname(directory)) {
    if ((await host.fs.exists(join(directory, 'Kconfig'))) && (await host.fs.exists(join(directory, 'Kbuild')))) return [directory]
  }
  return []
}
