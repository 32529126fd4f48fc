import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fetchFile } from './fetch-file.ts'
import { nodeHost } from '../node-host.ts'

it('a download goes through the proxy that the environment names', async (context) => {
  if (typeof http.setGlobalProxyFromEnv !== 'function') context.skip('this Node has no setGlobalProxyFromEnv (24.14)')
  const asked: string[] = []
  // Node tunnels http too: CONNECT, then the request.
  const proxy = http.createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nby proxy'))
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const { port } = proxy.address() as AddressInfo
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-proxy-'))
  try {
    const host = nodeHost({ env: { http_proxy: `http://127.0.0.1:${port}` } })
    await fetchFile(host, { url: 'http://archive.test/file', to: join(directory, 'file') })
    expect([asked, await readFile(join(directory, 'file'), 'utf8')]).toEqual([['archive.test:80'], 'by proxy'])
  } finally {
    proxy.closeAllConnections()
    proxy.close()
    await rm(directory, { recursive: true })
  }
})
