import { join } from 'node:path'
import type { ReadPhysical } from '@kernelkit/core/inspect'
import type { Host } from '@kernelkit/host'
import type { Vm } from '../vm.ts'

/** The guest's physical memory, read through QEMU's monitor: whatever the guest does meanwhile, or when it does nothing at all. */
export interface GuestMemory extends AsyncDisposable {
  readonly read: ReadPhysical
  /** A part of any size, into no cache. */
  readonly readLarge: ReadPhysical
  /** Forgets what was read. */
  forget(): void
}

// Neighbours are asked for next; the monitor's way over a file takes longer than copying this much.
const pieceBytes = 64 * 1024
// 32 MiB.
const mostPieces = 512

interface GuestMemoryOptions {
  readonly vm: Pick<Vm, 'qmp'>
  /** Where QEMU may write: it sees little of the VM's own directory. */
  readonly directory: string
}

/** Reads memory until it is disposed of, which removes its file. */
export function openGuestMemory(host: Pick<Host, 'fs' | 'randomHex'>, { vm, directory }: GuestMemoryOptions): GuestMemory {
  const filename = join(directory, `memory-${host.randomHex(4)}`)
  const pieces = new Map<bigint, Uint8Array>()
  // One file: one question at a time.
  let last: Promise<unknown> = Promise.resolve()
  const ask = (address: bigint, size: number): Promise<Uint8Array> => {
    const answer = last.then(async () => {
      // QMP's numbers are JSON's, and no machine has memory above 2^53.
      // QEMU's own file would be readable for others; an old one has been cut by it.
      await host.fs.writeFile(filename, '', { mode: 0o600 })
      await vm.qmp('pmemsave', { val: Number(address), size, filename })
      return new Uint8Array(await host.fs.readFile(filename))
    })
    last = answer.catch(() => {})
    return answer
  }
  const piece = async (start: bigint): Promise<Uint8Array> => {
    const known = pieces.get(start)
    if (known !== undefined) return known
    const bytes = await ask(start, pieceBytes)
    if (pieces.size >= mostPieces) pieces.delete(pieces.keys().next().value ?? start)
    pieces.set(start, bytes)
    return bytes
  }
  return {
    read: async (address, length) => {
      const parts: Uint8Array[] = []
      for (let done = 0; done < length;) {
        const at = address + BigInt(done)
        const start = at - (at % BigInt(pieceBytes))
        const offset = Number(at - start)
        const part = (await piece(start)).subarray(offset, offset + length - done)
        if (part.length === 0) break
        parts.push(part)
        done += part.length
      }
      const [only] = parts
      return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
    },
    readLarge: ask,
    forget: () => pieces.clear(),
    [Symbol.asyncDispose]: async () => {
      await last
      await host.fs.rm(filename, { force: true })
    },
  }
}
