import { describe, expect, it } from 'vitest'
import { createGdbFilter, GdbFilterError } from './filter.ts'

// The packets here are ASCII.
const bytes = (text: string) => new TextEncoder().encode(text)
const oneByOne = (text: string) => text.split('')
const read = (data: Uint8Array) => String.fromCharCode(...data)

function packet(payload: string): string {
  const sum = bytes(payload).reduce((total, byte) => (total + byte) % 256, 0)
  return `$${payload}#${sum.toString(16).padStart(2, '0')}`
}

/** What reaches the stub. */
function passed(...chunks: readonly string[]): string {
  const filter = createGdbFilter()
  return chunks.map((chunk) => read(filter(bytes(chunk)).forward)).join('')
}

describe('the filter in front of the gdb stub', () => {
  it.each(['g', 'vCont;c:p1.-1', 'Z0,ffffffff81000000,1', 'qSupported:multiprocess+;xmlRegisters=i386', 'X1000,3:a}\x03*', '?'])(
    'passes %j on',
    (payload) => {
      const text = `+${packet(payload)}\x03`
      expect(passed(text)).toBe(text)
      expect(passed(...oneByOne(text))).toBe(text)
    },
  )

  it('answers a monitor command itself, however it is cut', () => {
    const command = packet('qRcmd,706d656d73617665')
    const filter = createGdbFilter()
    const { forward, reply } = filter(bytes(command))
    expect(read(forward)).toBe('')
    const [, hex = '', sum] = /^\+\$([0-9a-f]+)#([0-9a-f]{2})$/.exec(read(reply)) ?? []
    expect(Buffer.from(hex, 'hex').toString()).toContain('monitor commands are refused')
    expect(packet(hex)).toBe(`$${hex}#${sum}`)
    expect(passed(...oneByOne(command))).toBe('')
    expect(read(filter(bytes(packet('g'))).forward)).toBe(packet('g'))
  })

  // Each of them is a monitor command for QEMU, or the beginning of one.
  it.each([
    ['an escape in front', '$}Qrcmd,00#00'],
    ['an escape inside', '$q}rcmd,00#00'],
    ['a run length', '$qRcm* d,#00'],
    ['a checksum that continues the packet', '$q#ZRcmd,00#00'],
    ['a packet inside of a long one', `$X${'a'.repeat(4090)}$qRcmd,00#00`],
    ['a packet that fills the buffer', `$X${'a'.repeat(5000)}`],
  ])('closes the connection for %s', (_title, text) => {
    expect(() => passed(text)).toThrow(GdbFilterError)
    expect(() => passed(...oneByOne(text))).toThrow(GdbFilterError)
  })

  it('drops what is between packets', () => {
    expect(passed(`qRcmd,00#00${packet('g')}`)).toBe(packet('g'))
  })
})
