import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { claimForwards } from './forwards.ts'

const forward = { protocol: 'tcp', address: '127.0.0.1', guestPort: 22 } as const

describe('claimForwards', () => {
  it('gives 0 a free port', async () => {
    const claimed = await claimForwards([
      { ...forward, hostPort: 0 },
      { ...forward, protocol: 'udp', hostPort: 0 },
    ])
    for (const { hostPort } of claimed) expect(hostPort).toBeGreaterThan(1023)
  })

  it('refuses a taken port before anything starts', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      await expect(claimForwards([{ ...forward, hostPort: port }])).rejects.toMatchObject({ code: 'PORT_TAKEN', details: { port } })
    } finally {
      server.close()
    }
  })
})
