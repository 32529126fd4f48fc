import { describe, expect, it } from 'vitest'
import { judgeFrame, portsOfForwarded, refusedFrame } from './loopback-filter.ts'

interface Packet {
  readonly from?: string
  readonly to: string
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other'
  readonly ports?: readonly [from: number, to: number]
  readonly flags?: number
  /** In units of 8 bytes. */
  readonly offset?: number
  readonly more?: boolean
  readonly options?: number
}

const numbers = { tcp: 6, udp: 17, icmp: 1, other: 132 } as const
const word = (value: number) => [value >> 8, value & 0xff]
const ethernet = (type: number) => [...Array<number>(12).fill(2), ...word(type)]

/** One's complement sum of 16-bit words, as tcp(7) packets carry its complement. */
function sumOf(bytes: readonly number[]): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return sum
}

function transport({ protocol, ports = [40000, 80], flags = 0x02 }: Packet, sequence = 0): readonly number[] {
  const header = [...word(ports[0]), ...word(ports[1])]
  if (protocol !== 'tcp') return [...header, ...word(8), 0, 0]
  return [...header, 0, 0, ...word(sequence), 0, 0, 0, 0, 0x50, flags, ...word(1000), 0, 0, 0, 0]
}

function ipv4(packet: Packet): Uint8Array {
  const { from = '10.0.2.15', to, protocol, offset = 0, more = false, options = 0 } = packet
  const body = transport(packet)
  const address = (text: string) => text.split('.').map(Number)
  const fragment = word(offset | (more ? 0x2000 : 0))
  const head = [0x45 + options, 0, ...word(20 + options * 4 + body.length), 0, 1, ...fragment, 64, numbers[protocol], 0, 0]
  return Uint8Array.from([...ethernet(0x0800), ...head, ...address(from), ...address(to), ...Array<number>(options * 4).fill(1), ...body])
}

function ipv6(to: readonly number[], packet: Omit<Packet, 'to'>): Uint8Array {
  const body = transport({ ...packet, to: '' })
  const next = packet.protocol === 'icmp' ? 58 : numbers[packet.protocol]
  return Uint8Array.from([
    ...ethernet(0x86dd),
    0x60,
    0,
    0,
    0,
    ...word(body.length),
    next,
    64,
    ...Array<number>(16).fill(0xfd),
    ...to,
    ...body,
  ])
}

const address6 = (start: readonly number[], end: readonly number[] = []) => [
  ...start,
  ...Array<number>(16 - start.length - end.length).fill(0),
  ...end,
]

const none = () => false
const syn = 0x02
const opening = { protocol: 'tcp', flags: syn } as const
const datagram = { protocol: 'udp' } as const

describe('judgeFrame', () => {
  it.each(['10.0.2.2', '10.0.2.4', '10.0.2.255', '127.0.0.1', '127.8.9.10', '0.0.0.0', '255.255.255.255', '169.254.169.254'])(
    'lets nothing reach this host by %s',
    (to) => {
      expect(judgeFrame(ipv4({ ...opening, to }), none)).toBe('refuse')
      expect(judgeFrame(ipv4({ ...datagram, to }), none)).toBe('drop')
      expect(judgeFrame(ipv4({ protocol: 'other', to }), none)).toBe('drop')
    },
  )

  it('lets everything reach other machines', () => {
    for (const packet of [opening, datagram, { protocol: 'icmp' }, { ...opening, more: true }] as const)
      for (const to of ['192.0.2.1', '10.0.3.2', '172.17.0.2', '1.1.1.1']) expect(judgeFrame(ipv4({ ...packet, to }), none)).toBe('pass')
    expect(judgeFrame(ipv6(address6([0x20, 0x01], [1]), opening), none)).toBe('pass')
    expect(judgeFrame(ipv6(address6([0, 0x64, 0xff, 0x9b], [1, 1, 1, 1]), opening), none)).toBe('pass')
  })

  it('lets a guest ask for names and for its address, at no other port', () => {
    expect(judgeFrame(ipv4({ ...datagram, to: '10.0.2.3', ports: [1, 53] }), none)).toBe('pass')
    expect(judgeFrame(ipv4({ ...opening, to: '10.0.2.3', ports: [1, 53] }), none)).toBe('pass')
    expect(judgeFrame(ipv4({ ...datagram, to: '10.0.2.3', ports: [53, 631] }), none)).toBe('drop')
    expect(judgeFrame(ipv4({ ...opening, to: '10.0.2.3', ports: [53, 631] }), none)).toBe('refuse')
    for (const to of ['10.0.2.2', '255.255.255.255']) expect(judgeFrame(ipv4({ ...datagram, to, ports: [68, 67] }), none)).toBe('pass')
    expect(judgeFrame(Uint8Array.from([...ethernet(0x0806), 0, 1]), none)).toBe('pass')
  })

  it('passes what belongs to a connection that this host began through a forwarded port', () => {
    for (const flags of [0x12, 0x10, 0x18, 0x11, 0x14, 0x04])
      expect(judgeFrame(ipv4({ to: '10.0.2.2', protocol: 'tcp', flags }), none)).toBe('pass')
    const isAnswer = (hostPort: number, guestPort: number) => hostPort === 50_000 && guestPort === 7000
    expect(judgeFrame(ipv4({ ...datagram, to: '10.0.2.2', ports: [7000, 50_000] }), isAnswer)).toBe('pass')
    expect(judgeFrame(ipv4({ ...datagram, to: '10.0.2.2', ports: [7000, 50_001] }), isAnswer)).toBe('drop')
    expect(judgeFrame(ipv4({ ...datagram, to: '127.0.0.1', ports: [7000, 50_000] }), isAnswer)).toBe('drop')
  })

  it('finds the flags after IP options, and trusts no flags that another fragment can replace', () => {
    expect(judgeFrame(ipv4({ ...opening, to: '10.0.2.2', options: 3 }), none)).toBe('refuse')
    expect(judgeFrame(ipv4({ protocol: 'tcp', flags: 0x10, to: '10.0.2.2', more: true }), none)).toBe('drop')
    expect(judgeFrame(ipv4({ protocol: 'tcp', flags: 0x10, to: '10.0.2.2', offset: 1 }), none)).toBe('drop')
    // Without a first fragment, whose ports are judged, the rest of a datagram is nothing.
    expect(judgeFrame(ipv4({ ...datagram, to: '10.0.2.2', more: true }), none)).toBe('drop')
    expect(judgeFrame(ipv4({ ...datagram, to: '10.0.2.2', offset: 1 }), none)).toBe('pass')
  })

  it('drops what is cut off or has a type that QEMU does not know', () => {
    const whole = ipv4({ protocol: 'tcp', flags: 0x10, to: '10.0.2.2' })
    for (let length = 0; length < whole.length; length++) expect(judgeFrame(whole.subarray(0, length), none)).toBe('drop')
    expect(judgeFrame(Uint8Array.from([...ethernet(0x8100), ...whole]), none)).toBe('drop')
    expect(
      judgeFrame(
        Uint8Array.from(whole, (byte, index) => (index === 14 ? 0x44 : byte)),
        none,
      ),
    ).toBe('drop')
  })

  it.each([
    ['::', address6([])],
    ['::1', address6([], [1])],
    ['::ffff:127.0.0.1', address6([], [0xff, 0xff, 127, 0, 0, 1])],
    ['::127.0.0.1', address6([], [127, 0, 0, 1])],
    ['fec0::2', address6([0xfe, 0xc0], [2])],
    ['fec0::9', address6([0xfe, 0xc0], [9])],
    ['fe80::2', address6([0xfe, 0x80], [2])],
    ['fd00:ec2::254', address6([0xfd, 0, 0x0e, 0xc2], [2, 0x54])],
    ['ff02::1', address6([0xff, 2], [1])],
  ])('lets nothing reach this host by %s', (_name, to) => {
    expect(judgeFrame(ipv6(to, opening), none)).toBe('refuse')
    expect(judgeFrame(ipv6(to, datagram), none)).toBe('drop')
    expect(judgeFrame(ipv6(to, { protocol: 'other' }), none)).toBe('drop')
  })

  it('lets a guest find its IPv6 neighbours and ask for names', () => {
    expect(judgeFrame(ipv6(address6([0xff, 2], [2]), { protocol: 'icmp' }), none)).toBe('pass')
    expect(judgeFrame(ipv6(address6([0xfe, 0xc0], [3]), { ...datagram, ports: [1, 53] }), none)).toBe('pass')
    expect(judgeFrame(ipv6(address6([0xfe, 0xc0], [3]), { ...datagram, ports: [1, 54] }), none)).toBe('drop')
  })
})

describe('refusedFrame', () => {
  it('opens nothing, and has the right checksum', () => {
    // Every sum that a checksum can be changed from, at a few places of the range.
    for (const sequence of [0, 1, 0xfffe, 0xffff, 0xad4b, 0xad4c, 0xad4d, 0xad4e]) {
      const body = [...transport({ ...opening, to: '' }, sequence)]
      const sum = ~sumOf(body) & 0xffff
      body.splice(16, 2, ...word(sum))
      const start = [...ipv4({ ...opening, to: '10.0.2.2' }).subarray(0, 34)]
      const refused = refusedFrame(Uint8Array.from([...start, ...body]))
      expect(refused[34 + 13]).toBe(0x03)
      expect(sumOf([...refused.subarray(34)])).toBe(0xffff)
      expect(judgeFrame(refused, none)).toBe('drop')
    }
    expect(refusedFrame(ipv6(address6([], [1]), opening))[54 + 13]).toBe(0x03)
  })
})

describe('portsOfForwarded', () => {
  it('knows what a client on this host sent through a forwarded port', () => {
    const forwarded = { ...datagram, from: '10.0.2.2', to: '10.0.2.15', ports: [50_000, 7000] } as const
    expect(portsOfForwarded(ipv4(forwarded))).toEqual({ hostPort: 50_000, guestPort: 7000 })
    expect(portsOfForwarded(ipv4({ ...forwarded, from: '10.0.2.3' }))).toBeUndefined()
    expect(portsOfForwarded(ipv4({ ...forwarded, protocol: 'tcp' }))).toBeUndefined()
    expect(portsOfForwarded(ipv4({ ...forwarded, offset: 1 }))).toBeUndefined()
  })
})
