import { describe, expect, it } from 'vitest'
import { createReportReader } from './reader.ts'

function kinds(log: string): readonly string[] {
  const found: string[] = []
  const reader = createReportReader(({ kind, startLine }) => found.push(`${kind} ${startLine}`))
  for (const line of log.split('\n')) reader.read(line)
  reader.end()
  return found
}

const banner = 'Linux version 6.12.0 (b@h) (gcc 14.2.0) #1 SMP'
/** More lines than a ring buffer has that its console does not show. */
const more = (first: string): string =>
  Array.from({ length: 8 }, (_, index) => `[    ${(Number(first) + 0.001 * index + 0.000017).toFixed(6)}] line ${index}`).join('\n')
const boot = (first: string): string =>
  `[    0.000000] ${banner}\n[    0.004000] Calibrating delay loop\n[    ${first}] smp: Bringing up secondary CPUs\n[    1.200017] Run /sbin/init as init process`

describe('a second banner', () => {
  it('is a restart when other lines follow it', () => {
    expect(kinds(`${boot('0.034521')}\nhello\n${boot('0.035012').replace('1.200017', '1.234017')}\n${more('1.3')}`)).toEqual([
      'unexpected-reboot 6',
    ])
  })

  it('is none when a program prints the ring buffer, or /proc/version', () => {
    expect(kinds(`${boot('0.034521')}\n# dmesg\n${boot('0.034521')}\n[    9.000123] done`)).toEqual([])
    expect(kinds(`${boot('0.034521')}\n# cat /proc/version\n${banner}\nok`)).toEqual([])
  })

  it('is none in a ring buffer with lines that the console does not show, nor one that a program writes to the log', () => {
    const debug = '[    0.008181] e820: update [mem 0x00000000-0x00000fff] usable ==> reserved\n[    0.008750] e820: remove'
    const printed = boot('0.034521').replace('\n', `\n${debug}\n`)
    expect(kinds(`${boot('0.034521')}\n# dmesg\n${printed}\n[    9.000123] done`)).toEqual([])
    expect(kinds(`${boot('0.034521')}\n[    3.213457] ${banner}\n[    3.213999] x\n${more('4')}`)).toEqual([])
    const nested = printed.replaceAll(/^/gm, '[    3.213457] ')
    expect(kinds(`${boot('0.034521')}\n${nested}\n${more('4')}`)).toEqual([])
  })

  it('is a restart when the log ends with it, and when another one follows', () => {
    expect(kinds(`${boot('0.034521')}\n[    0.000000] ${banner}`)).toEqual(['unexpected-reboot 5'])
    expect(kinds(`${boot('0.034521')}\n[    0.000000] ${banner}\n[    0.000000] ${banner}\n[    0.034999] x`)).toEqual([
      'unexpected-reboot 5',
      'unexpected-reboot 6',
    ])
  })

  it('is a restart in a log without stamps', () => {
    expect(kinds(`${banner}\nRun /init as init process\n${banner}`)).toEqual(['unexpected-reboot 3'])
  })
})

describe("a line that may have a logger's prefix", () => {
  it('is not read again once a report has begun after it', () => {
    expect(kinds('[ 2.0]---[ end trace0.000 Linux version 0 (\n0WARNING: CPU: 0 PID: 7 at i.c:9\n]Modules linked in:')).toEqual([
      'warning 2',
    ])
  })
})
