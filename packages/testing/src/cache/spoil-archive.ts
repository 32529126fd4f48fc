import { execFile } from 'node:child_process'
import { open, rm, stat } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * `bytes`: the archive does not unpack any more. `content`: it unpacks without complaint,
 * but the last byte of its largest file is another one, which only a checksum can show.
 */
export type Spoil = 'bytes' | 'content'

const run = promisify(execFile)
/** Unit of a tar archive (POSIX pax interchange format). */
const block = 512

/** Damage a zstd-compressed tar archive; returns its new size. */
export async function spoilArchive(path: string, how: Spoil): Promise<number> {
  if (how === 'bytes') {
    await flipByte(path, Math.floor((await stat(path)).size / 2))
  } else {
    const tar = `${path}.tar`
    await run('zstd', ['-q', '-f', '-d', path, '-o', tar])
    await flipByte(tar, await endOfLargestFile(tar))
    await run('zstd', ['-q', '-f', tar, '-o', path])
    await rm(tar)
  }
  return (await stat(path)).size
}

/** Offset of the last content byte of the largest regular file. */
async function endOfLargestFile(tar: string): Promise<number> {
  await using file = await open(tar)
  const header = Buffer.alloc(block)
  let largest = 0
  let last = -1
  for (let offset = 0; (await file.read(header, 0, block, offset)).bytesRead === block && header[0] !== 0;) {
    const size = parseInt(header.toString('latin1', 124, 136), 8)
    if (header.toString('latin1', 156, 157) === '0' && size > largest) {
      largest = size
      last = offset + block + size - 1
    }
    offset += block + Math.ceil(size / block) * block
  }
  if (last < 0) throw new Error(`no file with content in ${tar}`)
  return last
}

async function flipByte(path: string, offset: number): Promise<void> {
  await using file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, offset)
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, offset)
}
