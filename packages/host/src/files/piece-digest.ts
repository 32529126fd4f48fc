import { createHash } from 'node:crypto'
import type { Host } from '../host.ts'

const pieceBytes = 2 ** 20
const zeros = Buffer.alloc(pieceBytes)

/** Of a file, for a comparison with what {@link digestPieces} said of it before. */
export interface PieceDigest {
  readonly bytes: number
  /** Of the pieces of 1 MiB that are not all zero, each after its offset: the holes of a disk image are only read, not hashed. */
  readonly sha256: string
}

/** Reads a disk image, which is mostly holes: they cost their reading, but no hash, which takes ten times as long once they are in memory. */
export async function digestPieces(host: Pick<Host, 'fs'>, path: string): Promise<PieceDigest> {
  await using file = await host.fs.open(path, 'r')
  const hash = createHash('sha256')
  const piece = Buffer.alloc(pieceBytes)
  let offset = 0
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, pieceBytes, offset)
    if (bytesRead === 0) return { bytes: offset, sha256: hash.digest('hex') }
    if (zeros.compare(piece, 0, bytesRead, 0, bytesRead) !== 0) hash.update(`${offset}\n`).update(piece.subarray(0, bytesRead))
    offset += bytesRead
  }
}
