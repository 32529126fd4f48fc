import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBlobDirectory, readBody } from './blob-directory.ts'
import type { CacheEntry } from './cache-entries.ts'
import { answerRpc, cacheRpcs, type CacheRpc, type Reply } from './cache-rpc.ts'
import { spoilArchive, type Spoil } from './spoil-archive.ts'

/** One request, for assertions: `CreateCacheEntry kernel-abc` or `PUT 1`. */
export interface CacheCall {
  readonly name: CacheRpc | 'PUT' | 'GET' | 'HEAD'
  /** The key asked for, or the number of the entry whose archive is meant. */
  readonly subject: string
  readonly status: number
}

/** The Actions cache of one repository, on a loopback port. */
export interface CacheService extends AsyncDisposable {
  /** What the runner gives to JavaScript actions, and to nothing else. */
  readonly env: Readonly<Record<string, string>>
  readonly calls: readonly CacheCall[]
  readonly entries: readonly CacheEntry[]
  /** May be changed between steps. */
  readonly switches: {
    /** False: the read-only token of a pull request from a fork. */
    writable: boolean
    /** Answers given instead of the real ones. */
    readonly faults: Partial<Record<CacheRpc, Reply>>
  }
  /** Damage the archive of the only entry whose key begins so. */
  spoil(keyPrefix: string, how: Spoil): Promise<void>
  /** From now on connections are refused. */
  stop(): Promise<void>
}

const rpcPath = /^\/twirp\/github\.actions\.results\.api\.v1\.CacheService\/(\w+)$/
// The client finds account, container and blob by the shape of the path.
const blobPath = /^\/account\/cache\/(\d+)$/

export async function startCacheService(): Promise<CacheService> {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-actions-cache-'))
  const blobs = openBlobDirectory(directory)
  const token = `token-${randomUUID()}`
  const signature = randomUUID()
  const entries: CacheEntry[] = []
  const calls: CacheCall[] = []
  const switches: CacheService['switches'] = { writable: true, faults: {} }

  async function rpc(name: CacheRpc, request: IncomingMessage): Promise<Reply> {
    const asked = JSON.parse((await readBody(request)).toString()) as Readonly<Record<string, unknown>>
    const reply = await answer()
    calls.push({ name, subject: String(asked['key']), status: reply.status })
    return reply

    async function answer(): Promise<Reply> {
      const fault = switches.faults[name]
      if (fault !== undefined) return fault
      if (request.headers.authorization !== `Bearer ${token}`)
        return { status: 401, body: { code: 'unauthenticated', msg: 'no such token' } }
      return answerRpc(name, asked, {
        entries,
        writable: switches.writable,
        blobUrl: (id) => `${url}account/cache/${id}?sig=${signature}`,
        uploadedBytes: blobs.sizeOf,
      })
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://cache')
    const name = cacheRpcs.find((known) => known === rpcPath.exec(pathname)?.[1])
    if (name !== undefined) return sendJson(response, await rpc(name, request))
    const id = blobPath.exec(pathname)?.[1]
    const { method } = request
    if (id === undefined || (method !== 'PUT' && method !== 'GET' && method !== 'HEAD')) {
      return sendJson(response, { status: 404, body: { code: 'bad_route', msg: `${method} ${pathname}` } })
    }
    if (searchParams.get('sig') !== signature) return sendJson(response, { status: 403, body: { msg: 'bad signature' } })
    await blobs.answer(Number(id), request, response)
    calls.push({ name: method, subject: id, status: response.statusCode })
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendJson(response, { status: 500, body: { code: 'internal', msg: String(error) } })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the cache service has no port')
  const url = `http://127.0.0.1:${address.port}/`

  async function stop(): Promise<void> {
    if (!server.listening) return
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }

  return {
    env: { ACTIONS_CACHE_SERVICE_V2: 'True', ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: token },
    calls,
    entries,
    switches,
    async spoil(keyPrefix, how) {
      const found = entries.filter((entry) => entry.key.startsWith(keyPrefix))
      const [entry] = found
      if (entry === undefined || found.length > 1) throw new Error(`${found.length} entries begin with '${keyPrefix}', not one`)
      const sizeBytes = await spoilArchive(blobs.pathOf(entry.id), how)
      entries[entries.indexOf(entry)] = { ...entry, sizeBytes }
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function sendJson(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
