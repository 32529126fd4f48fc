import * as fsPromises from 'node:fs/promises'
import { UserError } from '@kernelkit/core/errors'

/**
 * A link in a checkout may lead to `/proc/self/environ`, and what is read of it into a log or to a guest. What is named as a file of a process
 * is read, what only leads there is not. Throws FILE_NOT_FOUND.
 */
export async function refuseProcessFile(path: unknown): Promise<void> {
  if (typeof path !== 'string' || path.startsWith('/proc/')) return
  // Pipes and sockets that /dev/stdin leads to have no path.
  const real = await fsPromises.realpath(path).catch(() => undefined)
  if (real?.startsWith('/proc/') !== true) return
  throw new UserError('FILE_NOT_FOUND', `${path} leads to a file of a process, ${real}, and is not read.`, {
    hint: 'Where that is what you want, name the file of the process itself.',
    details: { path },
  })
}

// open(2): only a place in the tree, which waits for nothing. Node has no name for it; the value is that of x86 and arm64.
const O_PATH = 0x20_0000

/**
 * A checkout may have a named pipe in the place of any file: to read it would wait without end, in a thread that Node does not give up. What has
 * no path of its own is read: `<(command)` of a shell. Throws FILE_NOT_FOUND.
 */
export async function refuseNamedPipe(path: unknown, flags: unknown): Promise<void> {
  if (typeof path !== 'string' || (typeof flags === 'number' && (flags & (fsPromises.constants.O_NONBLOCK | O_PATH)) !== 0)) return
  const stat = await fsPromises.stat(path).catch(() => undefined)
  if (stat?.isFIFO() !== true || (await fsPromises.realpath(path).catch(() => undefined)) === undefined) return
  throw new UserError('FILE_NOT_FOUND', `${path} is a named pipe, which might be waited for without end.`, {
    hint: 'Name a file, or let the shell hand over what a program prints: `<(PROGRAM)`.',
    details: { path },
  })
}
