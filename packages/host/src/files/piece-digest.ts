import { createHash } from 'node:crypto'
import type { Host } from '../host.ts'

const pieceBytes = 2 ** 20
const zeros = Buffer.alloc(pieceBytes)

/** Of a file, for a comparison with what {@link digestPieces} said of it before. */
export interface PieceDigest {
  readonly bytes: number
  /** Of the pieces of 1 MiB that are not all zero, each after its offset: a hole and written zeros are the same. */
  readonly sha256: string
}

/** Reads of a disk image, which is mostly holes, what was written: to read a hole of 4 GiB takes up to ten seconds, and the page cache. */
export async function digestPieces(host: Pick<Host, 'fs' | 'run'>, path: string): Promise<PieceDigest> {
  await using file = await host.fs.open(path, 'r')
  const { size, blocks } = await file.stat()
  // st_blocks counts 512-byte units whatever the file system (man 3 stat).
  const extents = blocks * 512 < size ? await readExtents(host, path) : undefined
  const hash = createHash('sha256')
  const piece = Buffer.alloc(pieceBytes)
  for (const offset of pieces(extents ?? [{ start: 0, end: size }])) {
    const { bytesRead } = await file.read(piece, 0, pieceBytes, offset)
    if (zeros.compare(piece, 0, bytesRead, 0, bytesRead) !== 0) hash.update(`${offset}\n`).update(piece.subarray(0, bytesRead))
  }
  return { bytes: size, sha256: hash.digest('hex') }
}

/** Bytes of a file, the end exclusive. */
interface Extent {
  readonly start: number
  readonly end: number
}

/** The offset of each piece that an extent lies in, in order. */
function* pieces(extents: readonly Extent[]): Generator<number> {
  let next = 0
  for (const { start, end } of extents) {
    next = Math.max(next, start - (start % pieceBytes))
    for (; next < end; next += pieceBytes) yield next
  }
}

/** What of a file is not a hole, in order; `undefined` where the file system does not say (tmpfs), or filefrag (e2fsprogs) is not there. */
async function readExtents(host: Pick<Host, 'run'>, path: string): Promise<readonly Extent[] | undefined> {
  // -s: what was just written has its extents only once it is on the disk (filefrag(8)).
  const answer = await host.run(['filefrag', '-s', '-v', path], { reject: false }).catch(() => undefined)
  const blockBytes = Number(answer && / blocks? of (\d+) bytes\)$/m.exec(answer.stdout)?.[1])
  if (answer?.exitCode !== 0 || !(blockBytes > 0) || !/: \d+ extents? found\n$/.test(answer.stdout)) return undefined
  //    3:     8226..   36863:    6787072..   6815709:  28638:    6793250: last,eof
  return [...answer.stdout.matchAll(/^ *\d+: *(\d+)\.\. *(\d+):/gm)].map(([, first, last]) => ({
    start: Number(first) * blockBytes,
    end: (Number(last) + 1) * blockBytes,
  }))
}
