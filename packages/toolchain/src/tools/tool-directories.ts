import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { KernelSpec } from '@kernelkit/core/options'
import type { ContainerMount } from '@kernelkit/core/toolchain'
import type { Host, Store } from '@kernelkit/host'

/** Directories that a kernel build reads and writes: the store, the user's tree or archive, its git data, and `O=`. */
export async function buildDirectories(
  host: Host,
  store: Store,
  { source, inTree, buildDirectory }: Pick<KernelSpec, 'source' | 'inTree' | 'buildDirectory'>,
): Promise<readonly ContainerMount[]> {
  const own = buildDirectory === undefined ? undefined : resolve(host.cwd, buildDirectory)
  return joinMounts([
    { path: store.root, readOnly: false },
    ...(await sourceDirectories(host, source)).map((path) => ({ path, readOnly: !inTree })),
    ...(own === undefined || !(await host.fs.exists(own)) ? [] : [{ path: own, readOnly: false }]),
  ])
}

async function sourceDirectories(host: Host, source: KernelSpec['source']): Promise<readonly string[]> {
  switch (source.kind) {
    case 'path': {
      const named = resolve(host.cwd, source.path)
      // The build works at the tree's real path; a missing one gets its error there.
      const tree = await host.fs.realpath(named).catch(() => named)
      return [tree, ...(await gitDirectories(host, tree))]
    }
    case 'tarball':
      return source.remote ? [] : [resolve(host.cwd, source.location)]
    case 'git': {
      // A repository on this machine.
      const path = source.url.replace(/^file:\/\//, '')
      return isAbsolute(path) ? [path] : []
    }
    case 'deb':
    case 'release':
      return []
  }
}

/** Directories of git that belong to a tree and are outside it: the top level above it, and what a linked work tree or a submodule points to. */
export async function gitDirectories(host: Pick<Host, 'fs'>, tree: string): Promise<readonly string[]> {
  for (let directory = tree; ; directory = dirname(directory)) {
    const dotGit = join(directory, '.git')
    const stat = await host.fs.stat(dotGit).catch(() => undefined)
    if (stat?.isDirectory() === true) return directory === tree ? [] : [directory]
    if (stat?.isFile() === true) {
      const [, named] = /^gitdir: (.*)$/m.exec(await host.fs.readFile(dotGit, 'utf8')) ?? []
      const gitDir = named === undefined ? undefined : resolve(directory, named)
      // `commondir` of a linked work tree names the repository with the objects (gitrepository-layout(5)).
      const common = gitDir === undefined ? undefined : await host.fs.readFile(join(gitDir, 'commondir'), 'utf8').catch(() => undefined)
      return [
        ...(directory === tree ? [] : [directory]),
        ...(gitDir === undefined ? [] : [gitDir]),
        ...(gitDir === undefined || common === undefined ? [] : [resolve(gitDir, common.trim())]),
      ]
    }
    if (dirname(directory) === directory) return []
  }
}

/** Each path once, writable when one of the mounts is; a path below a mounted directory with the same rights is left out. */
export function joinMounts(mounts: readonly ContainerMount[]): readonly ContainerMount[] {
  const rights = new Map<string, boolean>()
  for (const { path, readOnly } of mounts) rights.set(path, readOnly && (rights.get(path) ?? true))
  const joined = [...rights].map(([path, readOnly]) => ({ path, readOnly })).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return joined.filter((mount) => {
    const above = joined.filter(({ path }) => mount.path.startsWith(path === '/' ? '/' : `${path}/`)).at(-1)
    return above === undefined || above.readOnly !== mount.readOnly
  })
}

export function readOnly(path: string): ContainerMount {
  return { path, readOnly: true }
}

/** Directories that a container needs of its own: the host's would hide them. */
const systemDirectories =
  /^\/(?:|tmp|var\/tmp|usr\/local|opt|(?:bin|boot|dev|etc|lib(?:32|64|x32)?|proc|run|sbin|sys|usr|var)(?:\/(?:bin|sbin|lib(?:32|64|x32)?|include|share|run))?)$/

/** The directory can be seen at the same path in a container. */
export function isPassable(path: string): boolean {
  return !systemDirectories.test(path) && !/^\/(?:dev|proc|sys)\//.test(path)
}

/** A directory when it can be seen in a container, else the one file of it that is needed. */
export function directoryOrFile(directory: string, file: string): string {
  return isPassable(directory) ? directory : file
}
