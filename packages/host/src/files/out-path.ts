import { dirname, resolve } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

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

/** Makes the directory that an option names, unless it exists; `option` is the bare name. */
export async function makeNamedDirectory(
  host: Pick<Host, 'fs' | 'cwd'>,
  { option: name, named }: { readonly option: string; readonly named: string },
): Promise<void> {
  try {
    await makeDirectory(host, resolve(host.cwd, named))
  } catch (cause) {
    throw new UserError(
      'FILE_NOT_FOUND',
      message`${option(name, named)}: the directory cannot be made (${cause instanceof Error ? cause.message : String(cause)}).`,
      { hint: 'Name a directory that you may write to.', details: { option: `--${name}`, seen: named }, cause },
    )
  }
}

/** Absolute path of a file that can be written. A file of an earlier run is removed, so that it is not taken for the result of this one. */
export async function prepareOutFile(
  host: Host,
  { option: name, named }: { readonly option: string; readonly named: string },
): Promise<string> {
  const path = resolve(host.cwd, named)
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
  let place = resolve(host.cwd, out)
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
