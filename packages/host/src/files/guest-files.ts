import { dirname, join, relative, resolve } from 'node:path'
import { printable } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/** Something in a directory that a guest may write to which does not belong on this machine. */
export interface GuestFinding {
  /** Relative to the directory. */
  readonly path: string
  /** What it is, as a noun: `a device`. */
  readonly what: string
}

/** What would have to go: links that lead outside, devices, pipes and sockets, setuid and setgid bits, directories too deep to look into. */
export function inspectGuestFiles(host: Pick<Host, 'fs' | 'uid' | 'randomHex'>, directory: string): Promise<readonly GuestFinding[]> {
  return walk(host, { directory, drops: false })
}

/** Drops the same: entries are removed, bits are taken off. Returns what it was. The guest must have ended. */
export function cleanGuestFiles(host: Pick<Host, 'fs' | 'uid' | 'randomHex'>, directory: string): Promise<readonly GuestFinding[]> {
  return walk(host, { directory, drops: true })
}

// Enough to recognise what did it.
const shown = 10

/** One line for each of the first findings, names as text that nothing acts on. */
export function renderFindings(findings: readonly GuestFinding[]): readonly string[] {
  const rest = findings.length - shown
  return [...findings.slice(0, shown).map(({ path, what }) => `${printable(path)}: ${what}`), ...(rest > 0 ? [`and ${rest} more`] : [])]
}

interface Walk {
  readonly host: Pick<Host, 'fs' | 'uid' | 'randomHex'>
  readonly drops: boolean
  /** The directory without links. */
  readonly root: string
  readonly findings: GuestFinding[]
}

// Each level holds a descriptor open, of which a process has 1024 at least. A kernel tree has 12 levels.
const deepest = 100
// Entries that are looked at at once: as many as Node has threads for files.
const batch = 4

async function walk(
  host: Pick<Host, 'fs' | 'uid' | 'randomHex'>,
  { directory, drops }: { readonly directory: string; readonly drops: boolean },
): Promise<readonly GuestFinding[]> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = host.fs.constants
  const findings: GuestFinding[] = []
  const root = await host.fs.realpath(directory)
  const open = () => host.fs.open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  // The guest may have taken the directory's own permissions off.
  await using handle = await open().catch(async (error: unknown) => {
    const { mode } = await host.fs.stat(root)
    if (!drops || (mode & 0o500) === 0o500) throw error
    await host.fs.chmod(root, (mode & 0o7777) | 0o700)
    return open()
  })
  await walkDirectory({ host, drops, root, findings }, { fd: handle.fd, path: '', depth: 0 })
  return findings
}

interface Place {
  readonly fd: number
  /** Relative to the directory. */
  readonly path: string
  readonly depth: number
}

async function walkDirectory(walking: Walk, { fd, path, depth }: Place): Promise<void> {
  // Names are bytes, which need not be UTF-8.
  const names = await walking.host.fs.readdir(`/proc/self/fd/${fd}`, { encoding: 'buffer' })
  const directories: Entry[] = []
  for (let index = 0; index < names.length; index += batch) {
    const entries = names.slice(index, index + batch).map((name) => ({
      at: Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), name]),
      path: join(path, name.toString()),
    }))
    const found = await Promise.all(entries.map(async (entry) => ((await lookAt(walking, entry)) ? [entry] : [])))
    directories.push(...found.flat())
  }
  for (const entry of directories) await walkInto(walking, entry, depth + 1)
}

interface Entry {
  /** Below the descriptor of its directory. */
  readonly at: Buffer
  readonly path: string
}

/** Whether it is a directory to look into. */
async function lookAt(walking: Walk, { at, path }: Entry): Promise<boolean> {
  const { host, drops, findings } = walking
  const stat = await host.fs.lstat(at)
  const note = async (what: string, drop: () => Promise<void>): Promise<void> => {
    const kept = drops ? await reasonOf(drop) : undefined
    findings.push({ path, what: kept === undefined ? what : `${what}; it is still there (${kept})` })
  }
  const drop = (what: string): Promise<void> => note(what, () => host.fs.unlink(at))
  if (stat.isSymbolicLink()) {
    const target = await host.fs.readlink(at)
    if (!(await leadsInside(walking, path, target))) await drop(`a link that leads outside, to ${printable(target)}`)
  } else if (stat.isBlockDevice() || stat.isCharacterDevice()) await drop('a device')
  else if (stat.isFIFO()) await drop('a named pipe')
  else if (stat.isSocket()) await drop('a socket')
  else {
    const isSet = (stat.mode & 0o6000) !== 0
    // chown(2) takes off capabilities of files as well (capabilities(7)); only root's QEMU can have written some.
    if (drops && stat.isFile() && host.uid === 0 && (stat.mode & 0o111) !== 0) await host.fs.lchown(at, stat.uid, stat.gid)
    if (isSet) await note(`the setuid or setgid bit of uid ${stat.uid}, gid ${stat.gid}`, () => host.fs.chmod(at, stat.mode & 0o1777))
  }
  return stat.isDirectory()
}

async function walkInto(walking: Walk, { at, path }: Entry, depth: number): Promise<void> {
  const { host, drops, findings } = walking
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = host.fs.constants
  if (depth > deepest) {
    const kept = drops ? await reasonOf(() => removeDeep(host, at)) : undefined
    const what = `a directory more than ${deepest} levels deep`
    findings.push({ path: `${path.slice(0, 40)}…`, what: kept === undefined ? what : `${what}; it is still there (${kept})` })
    return
  }
  // A directory of ours that its owner may not list is one all the same.
  const open = () => host.fs.open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  let failed = ''
  await using handle = await open()
    .catch(async (error: unknown) => {
      if (!drops) throw error
      await host.fs.chmod(at, 0o700)
      return open()
    })
    .catch((error: unknown) => {
      failed = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      return undefined
    })
  if (handle === undefined) findings.push({ path, what: `a directory that cannot be looked into (${failed})` })
  else await walkDirectory(walking, { fd: handle.fd, path, depth })
}

/** Why something could not be done; `undefined` once it is. */
async function reasonOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

/** A tree whose paths may be longer than a path can be: what is below is moved up until it is empty. */
async function removeDeep(host: Pick<Host, 'fs' | 'randomHex'>, top: Buffer): Promise<void> {
  const below = (name: Buffer): Buffer => Buffer.concat([top, Buffer.from('/'), name])
  // A name that the guest could not know.
  const free = host.randomHex(8)
  for (let moved = 0; ; moved++) {
    const entries = await host.fs.readdir(top, { encoding: 'buffer', withFileTypes: true })
    const directory = entries.find((entry) => entry.isDirectory())
    for (const entry of entries) if (!entry.isDirectory()) await host.fs.unlink(below(entry.name))
    if (directory === undefined) break
    const inside = await host.fs.readdir(below(directory.name), { encoding: 'buffer' })
    for (const [index, name] of inside.entries()) {
      const aside = below(Buffer.from(`${free}-${moved}-${index}`))
      await host.fs.rename(Buffer.concat([below(directory.name), Buffer.from('/'), name]), aside)
    }
    await host.fs.rmdir(below(directory.name))
  }
  await host.fs.rmdir(top)
}

/** Whether a link ends inside of the directory; one that leads nowhere yet counts as what its text says. */
async function leadsInside({ host, root }: Walk, path: string, target: string): Promise<boolean> {
  const absolute = resolve(dirname(join(root, path)), target)
  const real = await host.fs.realpath(join(root, path)).catch(() => absolute)
  return isBelow(root, real)
}

function isBelow(root: string, path: string): boolean {
  const inside = relative(root, path)
  return inside !== '..' && !inside.startsWith('../')
}
