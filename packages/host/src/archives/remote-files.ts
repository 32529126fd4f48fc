import { fileURLToPath } from 'node:url'
import { UserError } from '@kernelkit/core/errors'
import { namesInListing } from '@kernelkit/core/packages'
import type { Host } from '../host.ts'
import { fetchFile, isAbsent } from '../steps/fetch-file.ts'
import type { ListAnswer } from './kept-list.ts'

/** Whether what a server says of its files can be believed: over TLS, from this machine, or from its files. Their content has checksums of its own. */
export function isProtected(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol !== 'http:' || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

export interface ReadRemote {
  /** What comes beyond this many bytes is refused. */
  readonly mostBytes: number
  readonly sha256?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** The content of a file of a server. Throws when it is not the one with this checksum. */
export async function readRemote(host: Host, url: string, { mostBytes, sha256, signal }: ReadRemote): Promise<ListAnswer<Uint8Array>> {
  await using directory = await host.tempDir('kernelkit-list-')
  const to = `${directory.path}/file`
  try {
    await fetchFile(host, { url, to, mostBytes, sha256, signal })
  } catch (error) {
    if (isAbsent(error)) return { kind: 'absent' }
    const reasons = error instanceof UserError ? error.details['reasons'] : undefined
    if (!Array.isArray(reasons)) throw error
    return { kind: 'unreachable', reason: String(reasons.at(-1)) }
  }
  return { kind: 'found', list: await host.fs.readFile(to) }
}

// A page with some thousand names.
const mostListingBytes = 16 << 20

/** Names in a directory of a server that shows its directories. */
export async function readDirectory(host: Host, url: string, signal?: AbortSignal): Promise<ListAnswer<readonly string[]>> {
  if (new URL(url).protocol === 'file:') {
    const names = await host.fs.readdir(fileURLToPath(url)).catch(() => undefined)
    return names === undefined ? { kind: 'absent' } : { kind: 'found', list: names }
  }
  const page = await readRemote(host, `${url}/`, { mostBytes: mostListingBytes, signal })
  return page.kind === 'found' ? { kind: 'found', list: namesInListing(new TextDecoder().decode(page.list)) } : page
}
