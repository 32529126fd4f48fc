import { dirname, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { makeFolder } from './make-directory.ts'

/** Absolute path of a file that can be written; what an earlier run left there is gone, so that nobody takes it for this one's. */
export async function prepareOutFile(host: Host, { option, named }: { readonly option: string; readonly named: string }): Promise<string> {
  const path = resolve(host.cwd, named)
  try {
    await makeFolder(host, dirname(path))
    // A device or a pipe must not be removed, and a file put in its place would be no file of the caller's.
    const there = await host.fs.lstat(path).catch(() => undefined)
    if (there !== undefined && !there.isFile() && !there.isSymbolicLink()) throw new Error('it is there and is not a file')
    await host.fs.rm(path, { force: true })
    // Permissions alone do not tell: root may do everything, and still nobody makes a file in /proc.
    await host.fs.writeFile(path, '', { flag: 'wx' })
    await host.fs.rm(path)
  } catch (cause) {
    throw new UserError(
      'ACCESS_DENIED',
      `${option} ${named} cannot be written (${cause instanceof Error ? cause.message : String(cause)}).`,
      {
        hint: 'name a file in a folder that you may write to.',
        details: { path },
        cause,
      },
    )
  }
  return path
}
