import type { Writable } from 'node:stream'
import { streamWindow } from '@kernelkit/core/agent'

// Number of signal(7) in the guest.
const sigpipe = 13

/** Writes one output stream of a session where it belongs, and grants the guest credit for what has been written. */
export function createOutput(
  to: Writable | undefined,
  grant: (bytes: number) => void,
  kill: (signalNumber: number) => void,
  onWritten: () => void,
) {
  let bytes = 0
  let pending = 0
  let owed = 0
  let broken = false
  const used = (count: number) => {
    owed += count
    // Credit goes back in quarters of the window: the guest never runs dry, and small writes cost no message each.
    if (owed >= streamWindow / 4) {
      grant(owed)
      owed = 0
    }
  }
  const fail = () => {
    if (broken) return
    broken = true
    // The reader is gone: the command gets what a local one would get.
    kill(sigpipe)
  }
  to?.on('error', fail)
  return {
    take(data: Uint8Array) {
      bytes += data.length
      if (to === undefined || broken || to.destroyed) {
        if (to !== undefined) fail()
        return used(data.length)
      }
      pending++
      to.write(data, (error) => {
        pending--
        if (error) fail()
        used(data.length)
        onWritten()
      })
    },
    release: () => void to?.off('error', fail),
    bytes: () => bytes,
    pending: () => pending > 0,
  }
}
