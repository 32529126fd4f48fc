import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchFile, isAbsent } from './fetch-file.ts'
import { nodeHost } from '../node-host.ts'

describe('fetchFile', () => {
  let directory: string
  let server: Server
  let asked: number
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-fetch-'))
    asked = 0
    server = createServer((request, response) => {
      asked++
      if (request.url === '/busy-once' && asked === 1) response.writeHead(503).end()
      else if (request.url === '/missing') response.writeHead(404).end()
      else if (request.url === '/short') {
        response.writeHead(200, { 'content-length': '100' })
        response.write('half', () => response.destroy())
      } else response.end('content')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await rm(directory, { recursive: true, force: true })
  })
  const fetchUrl = (url: string, sha256?: string) => fetchFile(nodeHost(), { url, to: join(directory, 'new', 'got'), sha256 })
  const fetchPath = (path: string, expected?: string) => {
    const { port } = server.address() as { port: number }
    return fetchUrl(`http://127.0.0.1:${port}${path}`, expected)
  }
  const sha256 = 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73'

  it('verifies the checksum before the file gets its name', async () => {
    expect(await fetchPath('/file', sha256)).toEqual({ sha256, bytes: 7 })
    expect(await readFile(join(directory, 'new', 'got'), 'utf8')).toBe('content')
    await rm(join(directory, 'new', 'got'))
    await expect(fetchPath('/file', 'f'.repeat(64))).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringContaining(sha256),
    })
    expect(await readdir(join(directory, 'new'))).toEqual([])
  })

  it('tries a busy server again', async () => {
    await fetchPath('/busy-once')
    expect(asked).toBe(2)
  })

  it('tries a missing file once, and reports address and answer', async () => {
    await expect(fetchPath('/missing')).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringMatching(/^http:.*\/missing could not be fetched: the server answered 404 Not Found\.$/),
    })
    expect(asked).toBe(1)
  })

  it('lists each attempt when the connection breaks, and leaves no half file', async () => {
    await expect(fetchPath('/short')).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringMatching(/attempt 1: .*attempt 3: /),
    })
    expect(await readdir(join(directory, 'new'))).toEqual([])
  }, 10_000)

  it('copies a local file', async () => {
    await writeFile(join(directory, 'from here'), 'text')
    await fetchUrl(pathToFileURL(join(directory, 'from here')).href)
    expect(await readFile(join(directory, 'new', 'got'), 'utf8')).toBe('text')
  })

  it('names a local file that does not exist', async () => {
    await expect(fetchUrl('file:///no/such/file')).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringContaining('ENOENT'),
    })
  })

  it.each([
    ['a server says is missing', '/missing', true],
    ['breaks off', '/short', false],
  ])(
    'isAbsent judges a file that %s',
    async (_what, path, expected) => {
      expect(isAbsent(await fetchPath(path).catch((error: unknown) => error))).toBe(expected)
    },
    10_000,
  )

  it('isAbsent is true for a local file that does not exist', async () => {
    expect(isAbsent(await fetchUrl('file:///no/such/file').catch((error: unknown) => error))).toBe(true)
  })
})
