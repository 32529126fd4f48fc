import { basename, dirname } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { extract, type Header } from 'tar-stream'
import type { Exec } from './put-content.ts'
import { parseSparseMap, type Extent } from './sparse-entry.ts'
import { writeChunk } from './write-chunk.ts'

type FileHandle = Awaited<ReturnType<Host['fs']['open']>>

/**
 * Copy a file out as the caller: holes stay holes and are not sent, and the name appears when the file is whole. GNU tar
 * finds the holes; the engine's own archive call would send every zero of a disk image.
 */
export async function takeFile(
  host: Pick<Host, 'fs' | 'randomHex'>,
  exec: Exec,
  { from, to, signal }: { readonly from: string; readonly to: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const partial = `${to}.${host.randomHex(4)}.part`
  try {
    await using file = await host.fs.open(partial, 'wx')
    const reader = extract()
    let taken = 0
    // Kept here: a destroyed reader of this library takes more and never says that it is done.
    let failure: Error | undefined
    const finished = new Promise<void>((resolve) => {
      reader.on('finish', resolve).on('error', (error) => {
        failure = error
        resolve()
      })
      reader.on('entry', (header, body, next) => {
        taken += 1
        const take = async (): Promise<void> => {
          try {
            await writeEntry(file, from, { header, body })
            next()
          } catch (error) {
            reader.destroy(error as Error)
          }
        }
        void take()
      })
    })
    const onStdout = async (chunk: Uint8Array): Promise<void> => {
      if (failure === undefined) await writeChunk(reader, chunk)
      if (failure !== undefined) throw failure
    }
    const { exitCode, stderr } = await exec(tarArgv(from), { signal, onStdout })
    if (exitCode !== 0) throw copyFailed(from, stderr.trim())
    reader.end()
    await finished
    if (failure !== undefined) throw failure
    if (taken !== 1) throw copyFailed(from, 'the archive holds no file')
    await host.fs.rename(partial, to)
  } catch (error) {
    await host.fs.rm(partial, { force: true })
    throw error
  }
}

function tarArgv(from: string): readonly string[] {
  // The map of version 1.0 comes before the data, in plain numbers.
  const format = ['--format=pax', '--sparse', '--sparse-version=1.0', '--dereference']
  return ['tar', '--create', ...format, '--file=-', `--directory=${dirname(from)}`, '--', basename(from)]
}

/** Write what an entry holds to where it belongs; what is not written is a hole. */
async function writeEntry(
  file: FileHandle,
  from: string,
  { header, body }: { readonly header: Header; readonly body: AsyncIterable<Uint8Array> },
): Promise<void> {
  if (header.type !== 'file') throw copyFailed(from, `it is a ${header.type}, not a file`)
  const size = header.pax?.['GNU.sparse.realsize']
  let map: Uint8Array = new Uint8Array(0)
  let extents: readonly Extent[] | undefined = size === undefined ? [{ offset: 0, length: header.size }] : undefined
  let index = 0
  let done = 0
  for await (const chunk of body) {
    let rest = chunk
    if (extents === undefined) {
      map = Buffer.concat([map, rest])
      const parsed = parseSparseMap(map)
      if (parsed === undefined) continue
      extents = parsed.extents
      rest = map.subarray(parsed.bytes)
    }
    while (rest.length > 0) {
      const extent = extents[index]
      if (extent === undefined) throw copyFailed(from, 'there is more data than the map of the sparse file says')
      const piece = rest.subarray(0, extent.length - done)
      if (piece.length > 0) await file.write(piece, 0, piece.length, extent.offset + done)
      rest = rest.subarray(piece.length)
      done += piece.length
      if (done < extent.length) continue
      index += 1
      done = 0
    }
  }
  await file.truncate(size === undefined ? header.size : Number(size))
}

function copyFailed(from: string, words: string): UserError {
  return new UserError('CONTAINER_COPY', `${from} could not be copied out of the container: ${words}.`, {
    hint: message`Run the command again with ${option('verbose')}, or use ${option('toolchain', 'host')}, which needs no copy.`,
    details: { from },
  })
}
