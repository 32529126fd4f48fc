import { describe, expect, it } from 'vitest'
import { createReportReader } from './reader.ts'
import type { KernelReport } from './report.ts'

const log = `------------[ cut here ]------------
WARNING: CPU: 1 PID: 412 at drivers/frob/engine.c:88 frob_start+0x41/0x60 [frob]
Modules linked in: frob
CPU: 1 UID: 0 PID: 412 Comm: insmod Not tainted 6.12.0 #1
Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2 04/01/2014
RIP: 0010:frob_start+0x41/0x60 [frob]
Call Trace:
 <TASK>
 frob_probe+0x2b/0x50 [frob]
 really_probe+0xde/0x340
 do_syscall_64+0x9e/0x1a0
 </TASK>
---[ end trace 0000000000000000 ]---
frob: engine started
BUG: using smp_processor_id() in preemptible [00000000] code: sh/512
caller is frob_poke+0x12/0x30
CPU: 2 UID: 0 PID: 512 Comm: sh Tainted: G        W          6.12.0 #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x53/0x70
 check_preemption_disabled+0xc8/0xd0
 frob_poke+0x12/0x30
 do_syscall_64+0x9e/0x1a0
 </TASK>
Kernel panic - not syncing: Fatal exception
Kernel Offset: 0x3bc00000 from 0xffffffff81000000
---[ end Kernel panic - not syncing: Fatal exception ]---`.split('\n')

const seconds = (index: number): string => (98.25 + index * 0.131).toFixed(6)

const prefixes: readonly (readonly [name: string, prefix: (index: number) => string])[] = [
  ['no prefix', () => ''],
  ['dmesg of util-linux with the caller', (index) => `[${seconds(index).padStart(12)}] [    T412] `],
  ['dmesg -x', (index) => `kern  :warn  : [${seconds(index).padStart(12)}] `],
  ['dmesg -e', (index) => (index === 0 ? '[Aug17 09:50] ' : '[  +0.000131] ')],
  ['dmesg -d', (index) => `[${seconds(index).padStart(12)} <    0.000131>] `],
  ['dmesg --time-format iso', (index) => `2024-08-17T09:50:${String(10 + index)},123456+02:00 `],
  ['/dev/kmsg', (index) => `4,${900 + index},${98_250_000 + index * 131},-,caller=T412;`],
  ['journalctl -o short-precise', (index) => `Aug  7 09:50:${String(10 + index)}.123456 box kernel: `],
  ['journalctl -o short-full', (index) => `Sat 2024-08-17 09:50:${String(10 + index)} CEST box kernel: `],
  ['journalctl -o short-monotonic', (index) => `[${seconds(index).padStart(12)}] box kernel: `],
  ['journalctl -o short-unix', (index) => `${1_723_888_256 + index}.123456 box kernel: `],
  ['journalctl -o with-unit', (index) => `Sat 2024-08-17 09:50:${String(10 + index)} CEST box kernel[0]: `],
  ['rsyslog', (index) => `2024-08-17T09:50:${String(10 + index)}.123456+02:00 box kernel: [${seconds(index).padStart(12)}] `],
  ['netconsole with the release', (index) => `6.12.0,4,${900 + index},${98_250_000 + index * 131},-;`],
  ['a vendor that adds CPU, task and pid', (index) => `<4>[${seconds(index).padStart(12)}] [${index % 4}:          insmod:  412] `],
  ['a vendor that adds CPU and pid', (index) => `[${seconds(index).padStart(12)}]  (${index % 4})[412:insmod]`],
  ['logcat -b kernel', (index) => `08-17 09:50:${String(10 + index)}.123     0     0 W         : `],
  ['a comment of kselftest', () => '# '],
  ['docker logs -t', (index) => `2024-08-17T09:50:${String(10 + index)}.123456789Z `],
  ['a log of GitHub Actions', (index) => `test\tRun tests\t2024-08-17T09:50:${String(10 + index)}.1234567Z `],
  ['a log of GitLab', (index) => `2024-08-17T09:50:${String(10 + index)}.123456Z 01O `],
  ['stamps of ten digits', (index) => `[${1_723_888_256 + index}.250131] `],
  ['a serial logger', (index) => `[2024-08-17 09:50:${String(10 + index)}.123] `],
  ['a serial logger without brackets', (index) => `17/08/2024 09:50:${String(10 + index)} > `],
  ['ts -s', (index) => `00:00:${String(10 + index)} `],
  ['a compose service', () => 'guest-1  | '],
  ['a container of Kubernetes', (index) => `2024-08-17T09:50:${String(10 + index)}.123456789+02:00 stderr F `],
  ['lines of LAVA', (index) => `- {"dt": "2024-08-17T09:50:${String(10 + index)}.123456", "lvl": "target", "msg": "`],
]

function read(lines: readonly string[]): readonly KernelReport[] {
  const reports: KernelReport[] = []
  const reader = createReportReader((report) => reports.push(report))
  for (const line of lines) reader.read(line)
  reader.end()
  return reports
}

function summary(reports: readonly KernelReport[]): readonly unknown[] {
  return reports.map(({ kind, title, function: name, process, startLine, endLine, trace }) => ({
    kind,
    title,
    name,
    process,
    startLine,
    endLine,
    calls: trace.map((frame) => frame.function),
  }))
}

const plain = summary(read(log))

describe('a log with a prefix before every line', () => {
  it('is read as it is without one', () => {
    expect(plain).toMatchObject([
      { kind: 'warning', name: 'frob_start', process: 'insmod', startLine: 1, endLine: 13 },
      { kind: 'bug', name: 'frob_poke', process: 'sh', startLine: 15 },
      { kind: 'panic', startLine: 25, endLine: 27 },
    ])
  })

  it.each(prefixes)('of %s is read as without it', (name, prefix) => {
    const tail = name === 'lines of LAVA' ? '"}' : ''
    expect(summary(read(log.map((line, index) => `${prefix(index)}${line}${tail}`)))).toEqual(plain)
  })

  it.each(prefixes)('of %s is read from a complaint that only its own line shows', (name, prefix) => {
    const tail = name === 'lines of LAVA' ? '"}' : ''
    const part = log.slice(14)
    expect(summary(read(part.map((line, index) => `${prefix(index)}${line}${tail}`)))).toEqual(summary(read(part)))
  })

  it('is read to its end when the prefix changes in the middle', () => {
    const lines = log.map(
      (line, index) => `${index < 15 ? `Aug  7 09:50:${10 + index}.1 box kernel: ` : `[${seconds(index)}] [    T412] `}${line}`,
    )
    expect(summary(read(lines))).toEqual(plain)
  })

  it('holds each report once when a serial line and a journal are interleaved', () => {
    const both = log.flatMap((line, index) => [`[${seconds(index)}] ${line}`, `Aug  7 09:50:${10 + index}.123456 box kernel: ${line}`])
    expect(read(both).map(({ kind, trace }) => `${kind} ${trace.length}`)).toEqual(
      read(log).map(({ kind, trace }) => `${kind} ${trace.length}`),
    )
  })

  it('holds each report once when a program prints the ring buffer again', () => {
    const stamped = log.map((line, index) => `[${seconds(index).padStart(12)}] ${line}`)
    expect(read([...stamped, 'running dmesg', ...stamped]).map(({ startLine }) => startLine)).toEqual(
      read(stamped).map(({ startLine }) => startLine),
    )
  })

  it('does not take a device for a logger', () => {
    const lines = [
      'frob 0000:00:04.0: BUG: firmware is odd',
      'frob 0000:00:04.0: ready',
      'frob 0000:00:04.0: up',
      'frob 0000:00:04.0: done',
    ]
    expect(read(lines.map((line, index) => `[${seconds(index)}] ${line}`))).toEqual([])
  })

  it('ends a report where foreign lines go on, whatever they begin with', () => {
    const noise = Array.from(
      { length: 2000 },
      (_, index) => `${'abcdefghij'.slice(0, 1 + (index % 10))}${index} | text of a program (a.c:1)`,
    )
    const [warning] = read([...log.slice(0, 9), ...noise])
    expect(warning).toMatchObject({ kind: 'warning', endLine: 9 })
  })

  it('is read in little time and memory with 200 prefixes and lines of a megabyte', () => {
    const lines = Array.from(
      { length: 200 },
      (_, index) => `logger${index}[${index}]: ${index} WARNING: CPU: 1 PID: 4 at a.c:8 f${index}+0x1/0x6`,
    )
    const long = '1-'.repeat(1 << 19)
    expect(read([...lines, long, `${long}BUG: KASAN: `, '# '.repeat(1 << 19)])).toHaveLength(200)
  })
})
