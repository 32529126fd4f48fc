import { dirname, join, relative } from 'node:path'
import { homeCredentials, isWithin, type HostMount, type HostPath, type Veil } from '@kernelkit/core/confine'
import type { Host } from '@kernelkit/host'
import type { PlanServices } from './services.ts'

export interface VeilInput {
  /** Real paths. */
  readonly homes: readonly string[]
  readonly hidden: readonly HostPath[]
  readonly exposed: readonly string[]
  /** Directories that were named one by one. */
  readonly asked: readonly string[]
  readonly mounts: readonly HostMount[]
}

/** A veil for each home that is in the tree for guests; without one where a mount is shown in a home: overlayfs does not cross mounts. */
export async function findVeils(host: Host, services: Pick<PlanServices, 'veilLayer'>, input: VeilInput): Promise<readonly Veil[]> {
  const veils = await Promise.all(
    input.homes.map(async (path): Promise<Veil | undefined> => {
      const { hidden, exposed, mounts } = input
      if ([...hidden.map((one) => one.path), ...exposed].some((one) => isWithin(path, one))) return undefined
      const isHidden = (one: string): boolean => hidden.some((cover) => isWithin(one, cover.path))
      const shown = mounts.find((mount) => mount.path !== path && isWithin(mount.path, path) && !isHidden(mount.path))
      if (shown !== undefined) {
        host.log.detail(
          `credentials in ${path} that are created or replaced from now on are seen by the guest: it gets ${shown.path}, a mount`,
        )
        return undefined
      }
      const names = await namesBelow(host, path, input)
      const layer = await services.veilLayer(path, names).catch((error: unknown) => {
        host.log.detail(`no veil for ${path}: ${error instanceof Error ? error.message : String(error)}`)
        return undefined
      })
      return layer === undefined ? undefined : { path, layer, names }
    }),
  )
  return veils.filter((veil) => veil !== undefined)
}

/** What the veil of a home hides: credentials, also those that are not there yet, and what is hidden for another reason. */
async function namesBelow(host: Pick<Host, 'fs'>, home: string, { hidden, exposed, asked }: VeilInput): Promise<readonly string[]> {
  const named = await Promise.all(homeCredentials.map((name) => placeOf(host, home, name)))
  const all = new Set([...named.flat(), ...hidden.map(({ path }) => path).filter((path) => path !== home && isWithin(path, home))])
  return [...all]
    .filter((name) => !asked.includes(name) && !exposed.some((one) => isWithin(name, one) || isWithin(one, name)))
    .filter((name, _index, names) => !names.some((one) => one !== name && isWithin(name, one)))
    .toSorted()
}

/** The path of a name below a home, with links in between resolved; the first directory that is not there stands for all below. */
async function placeOf(host: Pick<Host, 'fs'>, home: string, name: string): Promise<readonly string[]> {
  let directory = home
  const parts = name.split('/')
  for (const part of parts.slice(0, -1)) {
    const next = join(directory, part)
    const real = await host.fs.realpath(next).catch(() => undefined)
    if (real === undefined) return [next]
    if (!isWithin(real, home) || !(await host.fs.stat(real)).isDirectory()) return []
    directory = real
  }
  return [join(directory, parts.at(-1) ?? '')]
}

/** Makes a layer: the directories of the home that are on the way, with their owners and modes, and whiteouts. */
export async function makeLayer(
  host: Host,
  { home, names, layer }: { readonly home: string; readonly names: readonly string[]; readonly layer: string },
): Promise<void> {
  const whiteout = join(layer, 'whiteout')
  // A device 0:0, which every user may make since Linux 5.8 (vfs_mknod() of fs/namei.c); the other names are hard links to it.
  await host.run(['mknod', whiteout, 'c', '0', '0'])
  await host.fs.mkdir(join(layer, 'home'))
  for (const directory of wayTo(home, names)) await host.fs.mkdir(join(layer, 'home', relative(home, directory)), { recursive: true })
  for (const name of names) await host.fs.link(whiteout, join(layer, 'home', relative(home, name)))
  for (const directory of [...wayTo(home, names)].toReversed()) {
    const made = join(layer, 'home', relative(home, directory))
    const { mode, uid, gid } = await host.fs.stat(directory)
    if (host.uid === 0) await host.fs.chown(made, uid, gid)
    await host.fs.chmod(made, mode & 0o7777)
  }
}

/** Directories between a home and the names, outer ones first. */
export function wayTo(home: string, names: readonly string[]): readonly string[] {
  const above = (path: string): readonly string[] => (path === home ? [home] : [...above(dirname(path)), path])
  return [...new Set(names.flatMap((name) => above(dirname(name))))].toSorted((a, b) => a.length - b.length)
}

/** What a layer depends on, for the key of the store. */
export async function describeLayer(host: Pick<Host, 'fs'>, home: string, names: readonly string[]): Promise<string> {
  const ways = await Promise.all(
    wayTo(home, names).map(async (directory) => {
      const { mode, uid, gid } = await host.fs.stat(directory)
      return [relative(home, directory), mode & 0o7777, uid, gid]
    }),
  )
  return JSON.stringify([ways, names.map((name) => relative(home, name))])
}
