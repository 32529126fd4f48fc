import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { UserError, message, option, printable } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/** A path that an option names for what we write. */
export interface NamedPlace {
  /** Bare name of the option. */
  readonly option: string
  /** As it was written. */
  readonly named: string
}

/** Elsewhere `-` is the standard output; a file of that name is easily made and hard to remove. Throws BAD_OPTION. */
export function refuseDash({ option: name, named }: NamedPlace): void {
  if (named !== '-') return
  throw new UserError('BAD_OPTION', message`${option(name, '-')}: this is not written to the standard output; it takes a path.`, {
    hint: message`Name another path; ${option(name, './-')} is the one of that name.`,
    details: { option: `--${name}`, seen: named },
  })
}

/** Directories whose links belong to the system: `/home`, `/tmp`, `/var/run`. */
const systemDirectories = ['/', '/var']

/**
 * The absolute path, in which no component is a link: in a checkout, a link leads wherever its author likes. Links of the system's
 * own directories are followed. Throws LINK_IN_PATH.
 */
export async function requirePlainPlace(host: Pick<Host, 'fs' | 'cwd'>, { option: name, named }: NamedPlace): Promise<string> {
  refuseDash({ option: name, named })
  let place = '/'
  const components = resolve(host.cwd, named)
    .split(sep)
    .filter((component) => component !== '')
  for (const [index, component] of components.entries()) {
    const next = join(place, component)
    const stat = await host.fs.lstat(next).catch(() => undefined)
    // What does not exist is made by us; what cannot be searched is reported when it is made.
    if (stat === undefined) return join(next, ...components.slice(index + 1))
    if (!stat.isSymbolicLink()) place = next
    else if (systemDirectories.includes(place)) place = await host.fs.realpath(next)
    else throw linkInPath({ option: name, named }, { link: next, to: await host.fs.readlink(next) })
  }
  return place
}

function linkInPath({ option: name, named }: NamedPlace, { link, to }: { readonly link: string; readonly to: string }): UserError {
  return new UserError(
    'LINK_IN_PATH',
    message`${option(name, printable(named))} leads through a symbolic link: ${printable(link)} -> ${printable(to)}.`,
    {
      hint: 'Name the directory that the link leads to, if it is the one you mean, or remove the link.',
      details: { option: `--${name}`, link, to },
    },
  )
}

// open(2): only a place in the tree, which needs no permission to read. Node has no name for it; the value is that of x86 and arm64.
const O_PATH = 0x20_0000

/** Runs work on a directory that is held open: `held` stays this directory, whatever is put in its place. No component may be a link. */
export async function withHeldDirectory<T>(host: Pick<Host, 'fs'>, path: string, work: (held: string) => Promise<T>): Promise<T> {
  const { O_DIRECTORY, O_NOFOLLOW } = host.fs.constants
  let handle = await host.fs.open('/', O_PATH | O_DIRECTORY)
  try {
    for (const component of path.split(sep).filter((name) => name !== '')) {
      const next = await host.fs.open(`/proc/self/fd/${handle.fd}/${component}`, O_PATH | O_DIRECTORY | O_NOFOLLOW)
      await handle.close()
      handle = next
    }
    return await work(`/proc/self/fd/${handle.fd}`)
  } finally {
    await handle.close()
  }
}

/** Writes a file of ours to a path that `prepareOutFile` returned: what was put in the way meanwhile is not followed. */
export async function writeOutFile(host: Pick<Host, 'fs'>, path: string, content: string): Promise<void> {
  try {
    await withHeldDirectory(host, dirname(path), (held) => host.fs.writeAtomic(join(held, basename(path)), content))
  } catch (error) {
    // The caller knows nothing of the descriptor.
    throw error instanceof Error ? Object.assign(error, { path, dest: undefined }) : error
  }
}

/** Makes a directory and its parents, one after the other: Node's recursive mkdir never returns where a file system answers ENOENT, as /proc does. */
export async function makeDirectory(host: Pick<Host, 'fs'>, path: string): Promise<void> {
  const stat = await host.fs.stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (stat?.isDirectory() === true) return
  if (stat === undefined) await makeDirectory(host, dirname(path))
  try {
    await host.fs.mkdir(path)
  } catch (error) {
    // Made by another run meanwhile.
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && stat === undefined && (await host.fs.stat(path)).isDirectory()
    if (!isThere) throw error
  }
}

/** Makes the directory that an option names, unless it exists. Returns its absolute path, which leads through no link. */
export async function makeNamedDirectory(host: Pick<Host, 'fs' | 'cwd'>, place: NamedPlace): Promise<string> {
  const { option: name, named } = place
  const path = await requirePlainPlace(host, place)
  try {
    await makeDirectory(host, path)
    return path
  } catch (cause) {
    throw new UserError(
      'FILE_NOT_FOUND',
      message`${option(name, named)}: the directory cannot be made (${cause instanceof Error ? cause.message : String(cause)}).`,
      { hint: 'Name a directory that you may write to.', details: { option: `--${name}`, seen: named }, cause },
    )
  }
}

/** Absolute path of a file that can be written. A file of an earlier run is removed, so that it is not taken for the result of this one. */
export async function prepareOutFile(host: Host, { option: name, named }: NamedPlace): Promise<string> {
  refuseDash({ option: name, named })
  const wanted = resolve(host.cwd, named)
  // A link in its place is replaced; those on the way would lead elsewhere.
  const path = join(await requirePlainPlace(host, { option: name, named: dirname(wanted) }), basename(wanted))
  try {
    await makeDirectory(host, dirname(path))
    // A device or a pipe must not be removed, and a file put in its place would be no file of the caller's.
    const there = await host.fs.lstat(path).catch(() => undefined)
    if (there !== undefined && !there.isFile() && !there.isSymbolicLink()) throw new Error('it is there and is not a file')
    await host.fs.rm(path, { force: true })
    // Permissions alone do not show it: even root cannot create a file in /proc.
    await host.fs.writeFile(path, '', { flag: 'wx' })
    await host.fs.rm(path)
  } catch (cause) {
    throw new UserError(
      'ACCESS_DENIED',
      message`${option(name)} ${named} cannot be written (${cause instanceof Error ? cause.message : String(cause)}).`,
      {
        hint: 'Name a file in a directory that you can write to.',
        details: { path },
        cause,
      },
    )
  }
  return path
}

/** Checked before work of minutes: `--out` will not fail for lack of permission. Nothing is made. */
export async function checkOutPath(host: Pick<Host, 'fs' | 'cwd'>, out: string): Promise<void> {
  let place = await requirePlainPlace(host, { option: 'out', named: out })
  // A directory takes new files; a file is replaced, which needs permission for its directory.
  for (;;) {
    const found = await host.fs.stat(place).catch(() => undefined)
    if (found?.isDirectory() === true) break
    if (place === dirname(place)) return
    place = dirname(place)
  }
  await host.fs.access(place, host.fs.constants.W_OK).catch((cause: unknown) => {
    throw new UserError(
      'ACCESS_DENIED',
      message`${option('out')} ${out} cannot be written: the directory ${place} is not writable for you.`,
      {
        hint: message`Choose another path with ${option('out')}, or fix the permissions.`,
        cause,
      },
    )
  })
}

/** The path without links; of what does not exist yet, that of the directory that it will be in. */
export async function realPlace(host: Pick<Host, 'fs'>, path: string): Promise<string> {
  const absolute = resolve(path)
  for (let place = absolute; ; place = dirname(place)) {
    const real = await host.fs.realpath(place).catch(() => undefined)
    if (real !== undefined) return join(real, relative(place, absolute))
    // A link that leads nowhere yet leads where it says.
    const link = await host.fs.readlink(place).catch(() => undefined)
    if (link !== undefined) return join(await realPlace(host, resolve(dirname(place), link)), relative(place, absolute))
    if (dirname(place) === place) return absolute
  }
}
