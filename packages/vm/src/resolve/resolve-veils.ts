import { dirname, join, relative } from 'node:path'
import { homeCredentials, isWithin, type HostMount, type HostPath, type Veil, type Veils } from '@kernelkit/core/confine'
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
export async function findVeils(host: Host, services: Pick<PlanServices, 'veilLayers'>, input: VeilInput): Promise<Veils | undefined> {
  const { homes, hidden, exposed, mounts } = input
  const isHidden = (one: string): boolean => hidden.some((cover) => isWithin(one, cover.path))
  const veiled = homes.filter((path) => {
    if ([...hidden.map((one) => one.path), ...exposed].some((one) => isWithin(path, one))) return false
    const shown = mounts.find((mount) => mount.path !== path && isWithin(mount.path, path) && !isHidden(mount.path))
    if (shown !== undefined)
      host.log.detail(
        `credentials in ${path} that are created or replaced from now on are seen by the guest: it gets ${shown.path}, a mount`,
      )
    return shown === undefined
  })
  if (veiled.length === 0) return undefined
  const found = await Promise.all(veiled.map(async (path): Promise<Veil> => ({ path, names: await namesBelow(host, path, input) })))
  const layers = await services.veilLayers(found).catch((error: unknown) => {
    host.log.detail(`no veil for ${veiled.join(', ')}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  })
  return layers === undefined ? undefined : { layers, homes: found }
}

/** What the veil of a home hides: credentials, also those that are not there yet, and what is hidden for another reason. */
async function namesBelow(host: Pick<Host, 'fs'>, home: string, { hidden, exposed, asked }: VeilInput): Promise<readonly string[]> {
  const named = await placesOf(host, home, homeCredentials)
  const all = new Set([...named, ...hidden.map(({ path }) => path).filter((path) => path !== home && isWithin(path, home))])
  return [...all]
    .filter((name) => !asked.includes(name) && !exposed.some((one) => isWithin(name, one) || isWithin(one, name)))
    .filter((name, _index, names) => !names.some((one) => one !== name && isWithin(name, one)))
    .toSorted()
}

/** Paths of names below a home, with links in between resolved; the first directory that is not there stands for all below. Each directory is looked at once. */
async function placesOf(host: Pick<Host, 'fs'>, home: string, names: readonly string[]): Promise<readonly string[]> {
  const there = new Set(await host.fs.readdir(home).catch(() => []))
  const heads = [...new Set(names.map(headOf))]
  const places = heads.map(async (head): Promise<readonly string[]> => {
    const inside = names.filter((name) => headOf(name) === head).map((name) => name.slice(head.length + 1))
    return inside.includes('') || !there.has(head)
      ? [join(home, head)]
      : placesBelow(host, { home, directory: join(home, head), names: inside })
  })
  return (await Promise.all(places)).flat()
}

/** The same below one of its directories. */
async function placesBelow(
  host: Pick<Host, 'fs'>,
  { home, directory, names }: { readonly home: string; readonly directory: string; readonly names: readonly string[] },
): Promise<readonly string[]> {
  const real = await host.fs.realpath(directory).catch(() => undefined)
  if (real === undefined) return [directory]
  if (!isWithin(real, home) || !(await host.fs.stat(real)).isDirectory()) return []
  const places = [...new Set(names.map(headOf))].map(async (head) => {
    const inside = names.filter((name) => headOf(name) === head).map((name) => name.slice(head.length + 1))
    const path = join(real, head)
    return inside.includes('') ? [path] : placesBelow(host, { home, directory: path, names: inside })
  })
  return (await Promise.all(places)).flat()
}

function headOf(name: string): string {
  return name.split('/')[0] ?? ''
}

/** Where the layers are in their entry of the store, next to what they are made of. */
export function layersIn(directory: string): string {
  return join(directory, 'homes')
}

/** Makes the layers: the directories of each home that are on the way, with their owners and modes, and whiteouts. */
export async function makeLayers(host: Host, homes: readonly Veil[], directory: string): Promise<void> {
  const whiteout = join(directory, 'whiteout')
  // A device 0:0, which every user may make since Linux 5.8 (vfs_mknod() of fs/namei.c); the other names are hard links to it.
  await host.run(['mknod', whiteout, 'c', '0', '0'])
  await host.fs.mkdir(layersIn(directory))
  for (const [index, { path, names }] of homes.entries()) {
    const at = (name: string): string => join(layersIn(directory), String(index), relative(path, name))
    for (const way of wayTo(path, names)) await host.fs.mkdir(at(way), { recursive: true })
    for (const name of names) await host.fs.link(whiteout, at(name))
    for (const way of [...wayTo(path, names)].toReversed()) {
      const { mode, uid, gid } = await host.fs.stat(way)
      if (host.uid === 0) await host.fs.chown(at(way), uid, gid)
      await host.fs.chmod(at(way), mode & 0o7777)
    }
  }
}

/** Directories between a home and the names, outer ones first. */
function wayTo(home: string, names: readonly string[]): readonly string[] {
  const above = (path: string): readonly string[] => (path === home ? [home] : [...above(dirname(path)), path])
  return [...new Set([home, ...names.flatMap((name) => above(dirname(name)))])].toSorted((a, b) => a.length - b.length)
}

/** What a layer depends on, for the key of the store. */
export async function describeLayer(host: Pick<Host, 'fs'>, { path, names }: Veil): Promise<string> {
  const ways = await Promise.all(
    wayTo(path, names).map(async (directory) => {
      const { mode, uid, gid } = await host.fs.stat(directory)
      return [relative(path, directory), mode & 0o7777, uid, gid]
    }),
  )
  return JSON.stringify([ways, names.map((name) => relative(path, name))])
}
