import { createServer, type Server } from 'node:net'
import { nodeHost } from '@kernelkit/host'
import { afterEach, describe, expect, it } from 'vitest'
import { waitForSsh } from './wait-for-ssh.ts'

const host = nodeHost()
let server: Server | undefined

afterEach(() => server?.close())

/** A server on a free loopback port that says `banner` to each client `delayMs` after it came. */
async function accessOf(delayMs: number, banner: string) {
  const listening = createServer((socket) => {
    const timer = setTimeout(() => socket.end(banner), delayMs)
    socket.on('error', () => {}).on('close', () => clearTimeout(timer))
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const address = listening.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { address: '127.0.0.1', port, keyPath: '', knownHostsPath: '', hostAlias: '' }
}

describe('waitForSsh', () => {
  it('waits longer each time for a guest that needs more than a second to answer a client', async () => {
    await expect(waitForSsh(await accessOf(1500, 'SSH-2.0-x\r\n'), { host, limitMs: 10_000 })).resolves.toBeUndefined()
  })

  it('says what was seen last when no server speaks in time', async () => {
    const access = await accessOf(0, 'Not allowed at this time\r\n')
    await expect(waitForSsh(access, { host, limitMs: 300 })).rejects.toThrow(/within 0\.3 s \(last: Not allowed/)
  })
})
