/** What becomes of a packet that the guest sends; `refuse`: it is changed into one that opens no connection, which QEMU answers. */
export type Judgement = 'pass' | 'drop' | 'refuse'

/** Whether a UDP port of this host has sent something to a port of the guest: only then does the guest's answer belong to a forwarded port. */
export type IsAnswer = (hostPort: number, guestPort: number) => boolean

// IEEE 802.3: two addresses, a type.
const ethernetBytes = 14
const etherTypes = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const
const [ipv4Bytes, ipv6Bytes] = [20, 40]
const protocols = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const
const ports = { dns: 53, dhcp: 67, dhcpv6: 547 } as const
const tcpFlags = { offset: 13, fin: 0x01, syn: 0x02, ack: 0x10 } as const
const tcpChecksumOffset = 16

/** Where a packet goes, as far as this filter cares. */
type Place =
  /** QEMU: gateway and DHCP server. */
  | 'gateway'
  /** QEMU passes questions to this host's name server, which may listen on its loopback address. */
  | 'name server'
  /** Loopback addresses of this host, those that its kernel takes for one, and link-local ones, where clouds serve credentials. */
  | 'host'
  | 'broadcast'
  | 'elsewhere'

/**
 * Judges an Ethernet frame from the guest before QEMU's user network gets it, which turns 10.0.2.2, and in older versions the whole of
 * 10.0.2.0/24, into this host's loopback address (libslirp, src/socket.c, sotranslate_out()) and passes 127.0.0.1 on as it is. Connections that
 * this host began through a forwarded port come from 10.0.2.2, too: their answers pass.
 */
export function judgeFrame(frame: Uint8Array, isAnswer: IsAnswer): Judgement {
  const type = word(frame, 12)
  if (type === etherTypes.arp) return 'pass'
  if (type === etherTypes.ipv4) return judgeIpv4(frame, isAnswer)
  // QEMU knows no other types.
  return type === etherTypes.ipv6 ? judgeIpv6(frame, isAnswer) : 'drop'
}

function judgeIpv4(frame: Uint8Array, isAnswer: IsAnswer): Judgement {
  const first = frame[ethernetBytes] ?? 0
  const headerBytes = (first & 0x0f) * 4
  if (first >> 4 !== 4 || headerBytes < ipv4Bytes || frame.length < ethernetBytes + headerBytes) return 'drop'
  const place = placeOfIpv4(frame.subarray(ethernetBytes + 16, ethernetBytes + 20))
  if (place === 'elsewhere') return 'pass'
  const fragment = word(frame, ethernetBytes + 6)
  const [offset, isFragment] = [fragment & 0x1fff, (fragment & 0x3fff) !== 0]
  const protocol = frame[ethernetBytes + 9] ?? 0
  // A fragment can put other flags over those that were judged. A UDP header is in the first fragment alone, without which the others are nothing.
  if (isFragment && protocol !== protocols.udp) return 'drop'
  if (offset > 0) return place === 'host' ? 'drop' : 'pass'
  return judgeTransport({ frame, place, protocol, at: ethernetBytes + headerBytes, isAnswer })
}

function placeOfIpv4(address: Uint8Array): Place {
  const [a = 0, b = 0, c = 0, d = 0] = address
  if (a === 10 && b === 0 && c === 2) return d === 2 ? 'gateway' : d === 3 ? 'name server' : 'host'
  if ([a, b, c, d].every((part) => part === 255)) return 'broadcast'
  // 0.0.0.0 is this host (tcp(7)); 169.254.0.0/16 is link-local (RFC 3927).
  return a === 0 || a === 127 || (a === 169 && b === 254) ? 'host' : 'elsewhere'
}

function judgeIpv6(frame: Uint8Array, isAnswer: IsAnswer): Judgement {
  if (frame.length < ethernetBytes + ipv6Bytes) return 'drop'
  const place = placeOfIpv6(frame.subarray(ethernetBytes + 24, ethernetBytes + 40))
  if (place === 'elsewhere') return 'pass'
  const protocol = frame[ethernetBytes + 6] ?? 0
  return judgeTransport({ frame, place, protocol, at: ethernetBytes + ipv6Bytes, isAnswer })
}

/** RFC 4291; QEMU has fec0::2 and the name server fec0::3 (qemu(1), `ipv6-net`). */
function placeOfIpv6(address: Uint8Array): Place {
  const [first = 0, second = 0] = address
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, index) => address[index] === byte)
  if (first === 0xff) return 'broadcast'
  if (first === 0xfe && second >= 0x80) {
    const rest = [...address.subarray(2, 15)].every((byte) => byte === 0)
    if (second !== 0xc0 || !rest) return 'host'
    return address[15] === 2 ? 'gateway' : address[15] === 3 ? 'name server' : 'host'
  }
  // ::, ::1, and IPv4 addresses written as IPv6 ones; but for those of a translator in the network (64:ff9b::/96, RFC 6052). The last: a cloud's link-local one.
  if (first === 0) return starts(0x00, 0x64, 0xff, 0x9b) ? 'elsewhere' : 'host'
  return starts(0xfd, 0x00, 0x0e, 0xc2) ? 'host' : 'elsewhere'
}

interface Transport {
  readonly frame: Uint8Array
  readonly place: Exclude<Place, 'elsewhere'>
  readonly protocol: number
  /** Where the header begins. */
  readonly at: number
  readonly isAnswer: IsAnswer
}

function judgeTransport({ frame, place, protocol, at, isAnswer }: Transport): Judgement {
  const [from, to] = [word(frame, at), word(frame, at + 2)]
  if (protocol === protocols.icmpv6) return 'pass'
  // QEMU answers itself.
  if (protocol === protocols.icmp) return place === 'gateway' || place === 'name server' ? 'pass' : 'drop'
  if (protocol === protocols.udp) {
    if (frame.length < at + 8) return 'drop'
    if (place === 'name server') return to === ports.dns ? 'pass' : 'drop'
    if (place === 'host') return 'drop'
    return to === ports.dhcp || to === ports.dhcpv6 || (place === 'gateway' && isAnswer(to, from)) ? 'pass' : 'drop'
  }
  if (protocol !== protocols.tcp || frame.length < at + 20) return 'drop'
  if (place === 'name server' && to === ports.dns) return 'pass'
  const flags = frame[at + tcpFlags.offset] ?? 0
  const begins = (flags & tcpFlags.syn) !== 0 && (flags & tcpFlags.ack) === 0
  if (begins) return (flags & tcpFlags.fin) === 0 ? 'refuse' : 'drop'
  return place === 'gateway' ? 'pass' : 'drop'
}

/**
 * The first packet of a connection, turned into one that begins none (RFC 9293, 3.10.7.2: SYN alone does): QEMU answers it with a reset
 * (libslirp, src/tcp_input.c), and the guest sees a refused connection instead of waiting minutes for one.
 */
export function refusedFrame(frame: Uint8Array): Uint8Array {
  const at = word(frame, 12) === etherTypes.ipv4 ? ethernetBytes + ((frame[ethernetBytes] ?? 0) & 0x0f) * 4 : ethernetBytes + ipv6Bytes
  const refused = Uint8Array.from(frame)
  refused[at + tcpFlags.offset] = (frame[at + tcpFlags.offset] ?? 0) | tcpFlags.fin
  // RFC 1624: the complement of a sum, to which 1 is added, with its carry.
  const sum = (~word(frame, at + tcpChecksumOffset) & 0xffff) + tcpFlags.fin
  const checksum = ~(sum > 0xffff ? 1 : sum) & 0xffff
  refused[at + tcpChecksumOffset] = checksum >> 8
  refused[at + tcpChecksumOffset + 1] = checksum & 0xff
  return refused
}

/** Ports of a UDP packet that QEMU's gateway sends to the guest: what a client of a forwarded port on this host's loopback address sent. */
export function portsOfForwarded(frame: Uint8Array): { readonly hostPort: number; readonly guestPort: number } | undefined {
  if (word(frame, 12) !== etherTypes.ipv4 || frame[ethernetBytes + 9] !== protocols.udp) return undefined
  const isFirst = (word(frame, ethernetBytes + 6) & 0x1fff) === 0
  if (!isFirst || placeOfIpv4(frame.subarray(ethernetBytes + 12, ethernetBytes + 16)) !== 'gateway') return undefined
  const at = ethernetBytes + ((frame[ethernetBytes] ?? 0) & 0x0f) * 4
  return { hostPort: word(frame, at), guestPort: word(frame, at + 2) }
}

/** Two bytes, the larger one first; 0 after the end. */
function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
