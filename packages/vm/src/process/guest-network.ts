import type { Duplex } from 'node:stream'
import { createPacketDecoder, encodePackets, judgeFrame, portsOfForwarded, refusedFrame } from '@kernelkit/core/network'
import { filteredWays, type QemuLaunch } from '@kernelkit/core/qemu'
import type { QemuProcess } from './spawn-qemu.ts'

// QEMU does nothing else while it waits for us to take a packet, so all are read; what it does not take back in time is lost, as on any network.
const mostWaitingBytes = 4 * 1024 * 1024

// Of clients on this host that a forwarded UDP port still has answers for.
const mostClients = 4096

/** Keeps a guest from the services on this host's loopback addresses (core/network). */
export function filterNetwork(launch: Pick<QemuLaunch, 'network'>, channel: QemuProcess['channel']): void {
  const clients = new Set<number>()
  const isAnswer = (hostPort: number, guestPort: number): boolean => clients.has(clientOf(hostPort, guestPort))
  const take = {
    sent(frame: Uint8Array): readonly Uint8Array[] {
      const judgement = judgeFrame(frame, isAnswer)
      if (judgement === 'drop') return []
      return [judgement === 'refuse' ? refusedFrame(frame) : frame]
    },
    received(frame: Uint8Array): readonly Uint8Array[] {
      const ports = portsOfForwarded(frame)
      if (ports !== undefined) remember(clients, clientOf(ports.hostPort, ports.guestPort))
      return [frame]
    },
  }
  for (const { id, out, back } of filteredWays(launch)) pump(channel(out), channel(back), take[id])
}

function clientOf(hostPort: number, guestPort: number): number {
  return hostPort * 65_536 + guestPort
}

/** The one that was heard last comes last; the first one is forgotten. */
function remember(clients: Set<number>, client: number): void {
  clients.delete(client)
  clients.add(client)
  const [oldest] = clients
  if (clients.size > mostClients && oldest !== undefined) clients.delete(oldest)
}

function pump(from: Duplex, to: Duplex, take: (frame: Uint8Array) => readonly Uint8Array[]): void {
  const decode = createPacketDecoder()
  from.on('data', (chunk: Buffer) => {
    const packets = decode(chunk).flatMap(take)
    if (packets.length > 0 && to.writable && to.writableLength < mostWaitingBytes) to.write(encodePackets(packets))
  })
}
