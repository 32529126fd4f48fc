// QEMU, net/net.c, net_fill_rstate(): the length comes first, and a packet is at most NET_BUFSIZE (4096 + 65536).
const lengthBytes = 4
const mostPacketBytes = 4096 + 65536

/** Takes bytes of a `filter-redirector` as they come and returns the packets that they complete. Throws an Error for a length that no packet has. */
export function createPacketDecoder(): (chunk: Uint8Array) => readonly Uint8Array[] {
  let rest: Uint8Array = new Uint8Array(0)
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : joined([rest, chunk])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const packets: Uint8Array[] = []
    let at = 0
    while (at + lengthBytes <= bytes.length) {
      const length = view.getUint32(at)
      if (length > mostPacketBytes) throw new Error(`a packet of ${length} bytes`)
      const end = at + lengthBytes + length
      if (end > bytes.length) break
      packets.push(bytes.subarray(at + lengthBytes, end))
      at = end
    }
    rest = bytes.subarray(at)
    return packets
  }
}

/** Packets as a `filter-redirector` reads them. */
export function encodePackets(packets: readonly Uint8Array[]): Uint8Array {
  return joined(
    packets.flatMap((packet) => {
      const length = new Uint8Array(lengthBytes)
      new DataView(length.buffer).setUint32(0, packet.length)
      return [length, packet]
    }),
  )
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
