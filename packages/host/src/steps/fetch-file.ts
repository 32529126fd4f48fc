import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { explainSystemError } from '../process/system-error.ts'

export interface FetchOptions {
  /** http, https or file. */
  readonly url: string
  readonly to: string
  /** Lower-case hexadecimal; verified before the file gets its name. */
  readonly sha256?: string | undefined
  /** What comes beyond this many bytes is refused. */
  readonly mostBytes?: number | undefined
  /** Sent to this server; those that authorize are not sent to another one that it refers to (https://fetch.spec.whatwg.org, HTTP-redirect fetch). */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  /** Bytes so far, and in total where the server says. */
  readonly onProgress?: ((bytes: number, total: number | undefined) => void) | undefined
}

// A busy server is asked again; a wrong address is not.
const attempts = 3
// Times the number of attempts so far.
const pauseMs = 1000

/** Download to a temporary name, verify, rename. `FETCH_FAILED` lists each attempt with its reason. */
export async function fetchFile(host: Host, options: FetchOptions): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const reasons: string[] = []
  const temporary = `${options.to}.${host.randomHex(4)}.tmp`
  try {
    await host.fs.mkdir(dirname(options.to), { recursive: true })
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await download(host, options, temporary)
        if (options.sha256 !== undefined && answer.sha256 !== options.sha256) throw wrongContent(options, answer.sha256)
        await host.fs.rename(temporary, options.to)
        return answer
      } catch (error) {
        options.signal?.throwIfAborted()
        const explained = explainSystemError(error, options.to)
        if (explained instanceof UserError) throw explained
        reasons.push(reasonOf(error))
        if (attempt === attempts || error instanceof FinalAnswer) throw fetchFailed(options.url, reasons, error)
        await host.sleep(pauseMs * attempt, options.signal)
      }
    }
  } finally {
    await host.fs.rm(temporary, { force: true })
  }
}

/** Trying again would not change it. */
class FinalAnswer extends Error {
  /** HTTP status, where a server answered. */
  readonly status: number | undefined

  constructor(message: string, { status, cause }: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
  }
}

/** True when a fetch failed because there is no such file: the server or the file system says so. */
export function isAbsent(error: unknown): boolean {
  if (!(error instanceof UserError)) return false
  const { status } = error.details
  const below = error.cause instanceof Error ? (error.cause.cause as NodeJS.ErrnoException | undefined) : undefined
  return absentStatuses.has(status) || below?.code === 'ENOENT'
}

// Some mirrors answer 401 or 403 for what they do not have.
const absentStatuses: ReadonlySet<unknown> = new Set([401, 403, 404, 410])

async function download(
  host: Host,
  { url, sha256, headers, mostBytes, signal, onProgress }: FetchOptions,
  to: string,
): Promise<{ sha256: string; bytes: number }> {
  const { body, total } = await open(host, { url, sha256, headers, signal })
  const hash = createHash('sha256')
  let bytes = 0
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytes += chunk.byteLength
      if (mostBytes !== undefined && bytes > mostBytes) throw new FinalAnswer(`it sends more than the ${mostBytes} bytes that it may have`)
      onProgress?.(bytes, total)
      yield chunk
    }
  }
  await pipeline(body, counted, host.fs.createWriteStream(to), signal === undefined ? {} : { signal })
  if (total !== undefined && bytes !== total) throw new Error(`the connection ended after ${bytes} of ${total} bytes`)
  return { sha256: hash.digest('hex'), bytes }
}

async function open(
  host: Host,
  { url, sha256, headers, signal }: Pick<FetchOptions, 'url' | 'sha256' | 'headers' | 'signal'>,
): Promise<{ body: Readable; total: number | undefined }> {
  if (new URL(url).protocol === 'file:') {
    const path = fileURLToPath(url)
    const stat = await host.fs.stat(path).catch((error: unknown) => {
      throw new FinalAnswer(reasonOf(error), { cause: error })
    })
    if (!stat.isFile()) throw new FinalAnswer(`${path} is not a file`)
    return { body: host.fs.createReadStream(path), total: stat.size }
  }
  await followProxySettings(host)
  const response = await fetch(url, { ...(headers === undefined ? {} : { headers }), ...(signal === undefined ? {} : { signal }) })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    const answer = `the server answered ${response.status}${response.statusText === '' ? '' : ` ${response.statusText}`}`
    throw response.status >= 500 || response.status === 429 ? new Error(answer) : new FinalAnswer(answer, { status: response.status })
  }
  // What has no checksum is believed for the certificate of the server that was named.
  if (sha256 === undefined && url.startsWith('https:') && response.url.startsWith('http:')) {
    await response.body.cancel()
    throw new FinalAnswer(`it refers to ${response.url}, which is not protected by TLS`)
  }
  const length = response.headers.get('content-length')
  // The length of a compressed answer is not the length of what arrives here.
  const total = length === null || response.headers.has('content-encoding') ? undefined : Number(length)
  return { body: Readable.fromWeb(response.body), total }
}

/** What a server demands before it answers: the header of its refusal (RFC 9110, 11.6.1). */
export async function askChallenge(host: Host, url: string, signal?: AbortSignal): Promise<string | undefined> {
  await followProxySettings(host)
  const response = await fetch(url, { method: 'HEAD', ...(signal === undefined ? {} : { signal }) })
  await response.body?.cancel()
  return response.headers.get('www-authenticate') ?? undefined
}

let followsProxySettings = false

/** http_proxy, https_proxy and no_proxy as other programs read them. Node before 24.14 cannot switch them on at run time (newer ones also read NODE_USE_ENV_PROXY=1 at start). */
async function followProxySettings({ env }: Pick<Host, 'env'>): Promise<void> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  const settings = Object.fromEntries(names.flatMap((name) => (env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]])))
  if (followsProxySettings || Object.keys(settings).length === 0) return
  // Loaded only to fetch: it brings the whole HTTP client with it, which no run of a VM needs.
  const http = await import('node:http')
  if (typeof http.setGlobalProxyFromEnv !== 'function') return
  http.setGlobalProxyFromEnv(settings)
  followsProxySettings = true
}

function wrongContent({ url, sha256 }: FetchOptions, found: string): UserError {
  return new UserError('FETCH_FAILED', `${url} does not have the expected content: sha256 ${found}, expected ${sha256}.`, {
    hint: 'Check the checksum that was given, and whether the file was changed.',
    details: { url, expected: sha256, found },
  })
}

function fetchFailed(url: string, reasons: readonly string[], cause: unknown): UserError {
  const tried = reasons.length === 1 ? reasons[0] : reasons.map((reason, index) => `attempt ${index + 1}: ${reason}`).join('; ')
  return new UserError('FETCH_FAILED', `${url} could not be fetched: ${tried}.`, {
    hint: 'Check the address and the network, then run it again.',
    cause,
    details: { url, reasons, ...(cause instanceof FinalAnswer && cause.status !== undefined ? { status: cause.status } : {}) },
  })
}

/** Node's fetch says only "fetch failed"; what happened is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof AggregateError && error.cause.errors.length > 0)
    return error.cause.errors.map((one: unknown) => reasonOf(one)).join(', ')
  return error.cause instanceof Error && !(error instanceof FinalAnswer) ? reasonOf(error.cause) : error.message
}
