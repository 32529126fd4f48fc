import { findEntry, type CacheEntry } from './cache-entries.ts'

export const cacheRpcs = ['CreateCacheEntry', 'FinalizeCacheEntryUpload', 'GetCacheEntryDownloadURL'] as const
/** The calls of the cache service, version 2. */
export type CacheRpc = (typeof cacheRpcs)[number]

export interface Reply {
  readonly status: number
  readonly body: unknown
}

/** What an RPC needs to know and may change. */
export interface RpcContext {
  readonly entries: CacheEntry[]
  readonly writable: boolean
  readonly blobUrl: (id: number) => string
  /** Bytes that were uploaded for an entry; undefined before the upload. */
  readonly uploadedBytes: (id: number) => Promise<number | undefined>
}

type Request = Readonly<Record<string, unknown>>

/** Answer one call as GitHub does. */
export async function answerRpc(rpc: CacheRpc, request: Request, context: RpcContext): Promise<Reply> {
  const key = textOf(request, 'key')
  const version = textOf(request, 'version')
  if (rpc === 'CreateCacheEntry') return createEntry(key, version, context)
  if (rpc === 'FinalizeCacheEntryUpload') return finalizeUpload(key, version, { sizeBytes: Number(request['size_bytes']), context })
  const restoreKeys = Array.isArray(request['restore_keys']) ? request['restore_keys'].map(String) : []
  const match = findEntry(context.entries, { key, version, restoreKeys })
  if (match === undefined) return { status: 200, body: { ok: false } }
  return { status: 200, body: { ok: true, signed_download_url: context.blobUrl(match.id), matched_key: match.key } }
}

function createEntry(key: string, version: string, context: RpcContext): Reply {
  if (!context.writable) return { status: 200, body: { ok: false, message: 'cache write denied: this token may only read' } }
  if (context.entries.some((entry) => entry.key === key && entry.version === version)) {
    return { status: 409, body: { code: 'already_exists', msg: `there is an entry with the key ${key}` } }
  }
  const id = context.entries.length + 1
  context.entries.push({ id, key, version })
  return { status: 200, body: { ok: true, signed_upload_url: context.blobUrl(id) } }
}

async function finalizeUpload(
  key: string,
  version: string,
  upload: { readonly sizeBytes: number; readonly context: RpcContext },
): Promise<Reply> {
  const { entries, uploadedBytes } = upload.context
  const index = entries.findIndex((entry) => entry.key === key && entry.version === version)
  const entry = entries[index]
  if (entry === undefined) return { status: 404, body: { code: 'not_found', msg: `the key ${key} was not reserved` } }
  const found = await uploadedBytes(entry.id)
  if (found !== upload.sizeBytes) {
    return { status: 200, body: { ok: false, message: `${upload.sizeBytes} bytes were announced, ${found ?? 'none'} came` } }
  }
  entries[index] = { ...entry, sizeBytes: found }
  return { status: 200, body: { ok: true, entry_id: String(entry.id) } }
}

function textOf(request: Request, name: string): string {
  const value = request[name]
  if (typeof value !== 'string' || value === '') throw new Error(`the cache client sent no '${name}': ${JSON.stringify(request)}`)
  return value
}
