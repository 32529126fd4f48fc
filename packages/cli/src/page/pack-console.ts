import { relative } from 'node:path'
import { gzip } from 'node:zlib'
import { promisify } from 'node:util'
import type { Host } from '@kernelkit/host'

/** The console of a run as the page has it. */
export interface PageConsole {
  /** Gzip in base64; absent when it is only linked. */
  readonly packed: string | undefined
  /** Reference to the whole log, relative to the page; absent when the page has all of it. */
  readonly link: string | undefined
  readonly note: string | undefined
}

// The beginning says what booted, the end what happened. Browsers unpack this in a fraction of a second.
const headBytes = 4 * 2 ** 20
const tailBytes = 12 * 2 ** 20

/** Bytes of console that a page has at most, of all runs. */
export const mostPageBytes = 48 * 2 ** 20

/** Reads a console log and packs it; of one larger than 16 MiB the beginning and the end, with a reference to the file. */
export async function packConsole(
  { fs }: Pick<Host, 'fs'>,
  { path, out, leftBytes }: { readonly path: string; readonly out: string; readonly leftBytes: number },
): Promise<{ readonly console: PageConsole; readonly bytes: number } | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  // In a directory of artifacts a guest may have left anything under this name.
  const file = await fs.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const stat = await file.stat()
    if (!stat.isFile()) return undefined
    const link = encodeURI(relative(out, path)).replaceAll('#', '%23').replaceAll('?', '%3F')
    const isWhole = stat.size <= headBytes + tailBytes
    const bytes = isWhole ? stat.size : headBytes + tailBytes
    if (bytes > leftBytes)
      return { console: { packed: undefined, link, note: 'The page has the consoles of other runs; this one is in its file.' }, bytes: 0 }
    const text = isWhole
      ? await readAt(file, 0, bytes)
      : Buffer.concat([
          await readAt(file, 0, headBytes),
          Buffer.from(`\n--- ${stat.size - bytes} bytes are left out here ---\n`),
          await readAt(file, stat.size - tailBytes, tailBytes),
        ])
    const packed = (await promisify(gzip)(text, { level: 6 })).toString('base64')
    const note = isWhole
      ? undefined
      : `The console has ${Math.round(stat.size / 2 ** 20)} MiB; the page has the first ${headBytes / 2 ** 20} and the last ${tailBytes / 2 ** 20}.`
    return { console: { packed, link: isWhole ? undefined : link, note }, bytes }
  } finally {
    await file.close()
  }
}

async function readAt(file: Awaited<ReturnType<Host['fs']['open']>>, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}
