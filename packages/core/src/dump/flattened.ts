/** A piece of a dump and where it belongs. */
export interface Piece {
  readonly at: number
  readonly bytes: Uint8Array
}

// makedumpfile.h: MAX_SIZE_MDF_HEADER, SIG_MDF and the headers of pieces, whose numbers are big-endian.
const headerBytes = 4096
const signature = 'makedumpfile'
const pieceHeaderBytes = 16
const mostPieceBytes = 2 ** 30

/** QEMU before 8.2 writes compressed dumps as a stream of pieces, which drgn does not read. */
export function isFlattened(head: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(head.subarray(0, signature.length)) === signature
}

/** Cuts a flattened dump into its pieces, however it comes. Throws RangeError for one that is not whole. */
export function createPieceReader(): { take(chunk: Uint8Array): readonly Piece[]; end(): void } {
  let rest = new Uint8Array(0)
  let skipped = 0
  let isOver = false
  return {
    take(chunk) {
      const joined = new Uint8Array(rest.length + chunk.length)
      joined.set(rest)
      joined.set(chunk, rest.length)
      let at = Math.min(headerBytes - skipped, joined.length)
      skipped += at
      const view = new DataView(joined.buffer)
      const pieces: Piece[] = []
      while (!isOver && at + pieceHeaderBytes <= joined.length) {
        const place = Number(view.getBigInt64(at))
        const size = Number(view.getBigInt64(at + 8))
        if (place === -1 && size === -1) {
          isOver = true
          break
        }
        if (place < 0 || size < 0 || size > mostPieceBytes) throw new RangeError(`a piece of ${size} bytes at ${place}`)
        if (at + pieceHeaderBytes + size > joined.length) break
        pieces.push({ at: place, bytes: joined.subarray(at + pieceHeaderBytes, at + pieceHeaderBytes + size) })
        at += pieceHeaderBytes + size
      }
      rest = joined.slice(at)
      return pieces
    },
    end() {
      if (!isOver) throw new RangeError('it ends before its last piece')
    },
  }
}
