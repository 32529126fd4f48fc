import { constants, openSync, closeSync } from 'node:fs'
import { Socket } from 'node:net'

/** One end of a named pipe (fifo(7)), read and written without blocking a thread. The other end need not be open yet. */
export function openFifo(path: string, end: 'read' | 'write'): Socket {
  // A writer alone is refused while nobody reads; with both directions the open succeeds at once.
  const direction = end === 'read' ? constants.O_RDONLY : constants.O_RDWR
  const fd = openSync(path, direction | constants.O_NONBLOCK)
  return new Socket({ fd, readable: end === 'read', writable: end === 'write' })
}

/** Ends the reading of a pipe whose writer is gone, or never came: a reader is told of the end only once somebody has written or could have. */
export function endFifo(path: string): void {
  closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
}
