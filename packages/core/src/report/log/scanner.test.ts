import { describe, expect, it } from 'vitest'
import type { KernelReport } from '../report.ts'
import { createReportScanner } from './scanner.ts'

const encoder = new TextEncoder()

function scan(pieces: readonly Uint8Array[]): { readonly reports: readonly KernelReport[]; readonly lines: number } {
  const reports: KernelReport[] = []
  const scanner = createReportScanner((report) => reports.push(report))
  for (const piece of pieces) scanner.write(piece)
  scanner.end()
  return { reports, lines: scanner.lines() }
}

const log = 'one\ntwo\nBUG: kernel NULL pointer dereference, address: 8\nRIP: 0010:frob+0x1/0x2\n---[ end trace 0 ]---\nlast'

describe('createReportScanner', () => {
  it.each([1, 2, 7, 64, 4096])('finds the same in pieces of %i bytes', (size) => {
    const bytes = encoder.encode(log)
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
    expect(scan(pieces)).toMatchObject({ lines: 6, reports: [{ function: 'frob', startLine: 3, endLine: 5 }] })
  })

  it('finds the same where lines end as serial consoles end them, cut anywhere', () => {
    const bytes = encoder.encode(log.replaceAll('\n', '\r\n'))
    const pieces = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1))
    const { reports, lines } = scan(pieces)
    expect({ lines, reports }).toEqual({ lines: 6, reports: scan([encoder.encode(log)]).reports })
  })

  it('does not keep the bytes of its caller', () => {
    const buffer = encoder.encode('BUG: kernel NULL pointer derefe')
    const reports: KernelReport[] = []
    const scanner = createReportScanner((report) => reports.push(report))
    scanner.write(buffer)
    buffer.fill(0)
    scanner.write(encoder.encode('rence, address: 8\n'))
    scanner.end()
    expect(reports).toHaveLength(1)
  })

  it('reads over bytes that are no UTF-8', () => {
    expect(scan([new Uint8Array([0xff, 0xfe, 0x80, 10]), encoder.encode(log)]).reports).toMatchObject([{ startLine: 4 }])
  })

  it('keeps the beginning of a line of megabytes', () => {
    const long = encoder.encode('x'.repeat(1 << 20))
    expect(scan([encoder.encode('BUG: kernel NULL pointer dereference '), long, long, encoder.encode(`\n${log}`)])).toMatchObject({
      lines: 7,
      reports: [{ startLine: 1 }, { startLine: 4 }],
    })
  })
})
