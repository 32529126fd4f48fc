import { createServer } from 'node:net'
import { createSocket } from 'node:dgram'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Forward } from '@kernelkit/core/qemu'

/** The same forwards with every port known to be free: 0 becomes a free one, a taken one is refused before QEMU starts. */
export async function claimForwards(forwards: readonly Forward[]): Promise<readonly Forward[]> {
  return Promise.all(forwards.map(async (forward) => ({ ...forward, hostPort: await claimPort(forward) })))
}

async function claimPort(forward: Forward): Promise<number> {
  try {
    return await (forward.protocol === 'tcp' ? tryTcp(forward) : tryUdp(forward))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const why =
      { EADDRINUSE: 'it is in use', EACCES: 'only root may use ports below 1024', EADDRNOTAVAIL: 'this host has no such address' }[code] ??
      String(cause)
    throw new UserError('PORT_TAKEN', `port ${forward.address}:${forward.hostPort}/${forward.protocol} cannot be forwarded: ${why}.`, {
      hint: message`Choose another port, or 0 for a free one: ${option('forward', `0:${forward.guestPort}`)}.`,
      details: { port: forward.hostPort, address: forward.address },
      cause,
    })
  }
}

function tryTcp(forward: Forward): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen({ host: forward.address, port: forward.hostPort, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : forward.hostPort))
    })
  })
}

function tryUdp(forward: Forward): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4').once('error', reject)
    socket.bind({ address: forward.address, port: forward.hostPort, exclusive: true }, () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })
}
