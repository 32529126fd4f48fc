import { dirname, resolve } from 'node:path'
import { UserError, message, option as optionPart } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { makeDirectory } from './make-directory.ts'

/** Absolute path of a file that can be written. A file of an earlier run is removed, so that it is not taken for the result of this one. */
export async function prepareOutFile(host: Host, { option, named }: { readonly option: string; readonly named: string }): Promise<string> {
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
      message`${optionPart(option)} ${named} cannot be written (${cause instanceof Error ? cause.message : String(cause)}).`,
      {
        hint: 'Name a file in a directory that you can write to.',
        details: { path },
        cause,
      },
    )
  }
  return path
}
