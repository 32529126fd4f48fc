import { once } from 'node:events'
import { constants, openSync, closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { explaining } from '../process/system-error.ts'

/** Named pipes for their owner alone (mkfifo(1), as Node has no call for it). Not over `host.run`: that loads a library which a VM's start would wait for. */
export async function makeFifos(host: Pick<Host, 'spawn'>, paths: readonly string[]): Promise<void> {
  const child = host.spawn(['mkfifo', '-m', '600', ...paths], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const [exitCode] = (await explaining(undefined, () => once(child, 'close'))) as [number | null]
  if (exitCode === 0) return
  throw new UserError('COMMAND_FAILED', `no named pipe could be created: ${stderr.trim()}.`, {
    hint: 'Use a directory on a file system that supports named pipes and has free space.',
    details: { paths },
  })
}

/** One end of a named pipe (fifo(7)), read and written without blocking a thread. The other end need not be open yet. */
export function openFifo(path: string, end: 'read' | 'write'): Socket {
  // Opening for writing alone fails while the pipe has no reader; with both directions the open succeeds at once.
  const direction = end === 'read' ? constants.O_RDONLY : constants.O_RDWR
  const fd = openSync(path, direction | constants.O_NONBLOCK)
  return new Socket({ fd, readable: end === 'read', writable: end === 'write' })
}

/** Ends the reading of a pipe whose writer is gone, or never came: a reader sees the end of the file only after a writer has opened the pipe. */
export function endFifo(path: string): void {
  closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
}
