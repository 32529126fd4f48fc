import { createReportScanner } from '../packages/core/src/report/log/scanner.ts'

/** Console text through the parser of kernel reports in a second of one CPU: ordinary text, with a report now and then, reports only. */
const goalMBs = 100
const piece = 1 << 16
const encoder = new TextEncoder()

const ordinary = [
  'EXT4-fs (vda): mounted filesystem with ordered data mode. Quota mode: none.',
  'usb 1-1: new high-speed USB device number 3 using xhci_hcd',
  'loop0: detected capacity change from 0 to 8226',
  'IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready',
  'ok 12 - selftests: timers: nanosleep',
  'Freeing unused kernel image (initmem) memory: 2396K',
]
const report = [
  'BUG: KASAN: slab-use-after-free in frob_read+0x20/0x40',
  'Read of size 8 at addr ffff888004d3a000 by task cat/77',
  'CPU: 0 UID: 0 PID: 77 Comm: cat Not tainted 6.12.0 #1',
  'Call Trace:',
  ' <TASK>',
  ' dump_stack_lvl+0x53/0x70',
  ' kasan_report+0xd8/0x110',
  ...Array.from({ length: 30 }, (_, index) => ` ${index % 3 === 0 ? '? ' : ''}frob_call_${index}+0x${index}/0x100`),
  ' </TASK>',
  '==================================================================',
]

/** The kernel's own prefix, and one that has to be learned: util-linux prints the caller after a blank. */
const prefixes = {
  own: (seconds: string): string => `[${seconds}][   T77] `,
  learned: (seconds: string): string => `[${seconds}] [   T77] `,
}

function render(lines: readonly string[], from: number, prefix: keyof typeof prefixes): string {
  return lines.map((line, index) => `${prefixes[prefix](((from + index) / 1000).toFixed(6).padStart(12))}${line}\n`).join('')
}

function logText(bytes: number, reportEvery: number, prefix: keyof typeof prefixes = 'own'): Uint8Array {
  const parts: string[] = []
  let length = 0
  for (let at = 0; length < bytes; at += 1) {
    const part = render(reportEvery > 0 && at % reportEvery === 0 ? report : ordinary, at, prefix)
    parts.push(part)
    length += part.length
  }
  return encoder.encode(parts.join(''))
}

function measure(label: string, log: Uint8Array): void {
  let best = 0
  let reports = 0
  for (let round = 0; round < 3; round += 1) {
    reports = 0
    const scanner = createReportScanner(() => (reports += 1))
    // CPU time: what else runs on the machine does not count.
    const start = process.cpuUsage()
    for (let at = 0; at < log.length; at += piece) scanner.write(log.subarray(at, at + piece))
    scanner.end()
    best = Math.max(best, log.length / secondsSince(start) / 1e6)
  }
  process.stdout.write(`report: ${label.padEnd(34)} ${best.toFixed(0).padStart(5)} MB/s, ${reports} reports (goal: ${goalMBs} MB/s)\n`)
}

function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

measure('ordinary text', logText(64e6, 0))
measure('a report every 1000 messages', logText(64e6, 167))
measure('the same, its prefix learned', logText(64e6, 167, 'learned'))
measure('reports and nothing else', logText(16e6, 1))
measure('the same, its prefix learned', logText(16e6, 1, 'learned'))
