import { describe, expect, it } from 'vitest'
import { plainLine } from '../../packages/core/src/text/index.ts'
import { createConsoleReader } from '../../packages/core/src/console/index.ts'
import { ownersOf, parseMaintainers } from '../../packages/core/src/decode/index.ts'
import { createKtapReader, createKtapText, renderResults } from '../../packages/core/src/ktap/index.ts'
import { createReportReader } from '../../packages/core/src/report/index.ts'
import { createReportScanner, hiddenReports } from '../../packages/core/src/report/log/index.ts'
import { lineCutter } from '../../packages/vm/src/process/console-capture.ts'
import { growth } from '../lib/growth.ts'

const warning = '[    1.000000] WARNING: CPU: 0 PID: 1 at fs/x.c:1 foo+0x1/0x2'

/** All that read what a guest prints, given lines. */
const readers: Readonly<Record<string, (lines: readonly string[]) => void>> = {
  'the console of a run': (lines) => {
    const reader = createConsoleReader()
    for (const line of lines) if (reader.read(line)) reader.facts()
    reader.facts()
  },
  "the kernel's log, and a console that shows a part of it": (lines) => {
    const records = [warning, ...lines].map((line) => `4,1,1000000,-;${line}`)
    hiddenReports(Buffer.from(records.join('\n')), lines.join('\n'))
  },
  'an open report': (lines) => {
    const reader = createReportReader(() => {})
    for (const line of [warning, ...lines]) reader.read(line)
    reader.end()
  },
  'a whole log': (lines) => {
    const scanner = createReportScanner(() => {})
    scanner.write(Buffer.from(`${warning}\n${lines.join('\n')}\n`))
    scanner.end()
  },
  'results on stdout': (lines) => {
    const reader = createKtapReader({ prefixed: false, versionless: true })
    const text = createKtapText(reader)
    text.push(Buffer.from(`TAP version 13\n${lines.join('\n')}\n`))
    text.end()
    renderResults(reader.finish())
  },
  'KUnit on the console': (lines) => {
    const reader = createKtapReader({ prefixed: true, versionless: false, kernelOnly: true })
    for (const line of ['[    1.000000] KTAP version 1', ...lines]) reader.read(line)
    renderResults(reader.finish())
  },
  'lines of the serial port': (lines) => {
    const cutter = lineCutter(() => {})
    const bytes = Buffer.from(lines.join('\n'))
    for (let at = 0; at < bytes.length; at += 1) cutter.take(bytes.subarray(at, at + 1))
    cutter.end()
  },
  'a line of an Action': (lines) => void plainLine(lines.join('\n')),
}

/** One line, as long as is asked for. */
const longLines: readonly (readonly [start: string, part: string, end: string])[] = [
  ['', ' ', 'x'],
  ['', '\r', 'x'],
  ['', '\u001B[', 'x'],
  ['', '[', 'x'],
  ['', '[    1.000000] ', 'x'],
  ['[    1.000000] ', '[0:', ']'],
  // A symbol of C++ or Rust.
  ['[    1.000000] ', 'a::b', ' +0x'],
  [' c::$', '::A', ' +0x'],
  [' c::>', '::::', ' +0x'],
  [' <(', '>::n', ' +0x'],
  [' <x>::>', '::<', ' [inline]'],
  [' c::$', '::A', '! (a.c:1'],
  [' foo+0x1/0xf [A', '1-', ''],
  [' foo (', 'a:1 ', ')'],
  [' foo (', 'a.c', ':'],
  [' [<0>] ', '[<0>] ', 'x'],
  ['', 'BUG: scheduling while atomic: ', ''],
  ['', 'INFO: task a:1 ', ''],
  ['', 'rcu: 0', '\u2028y'],
  ['', 'Unable to handle kernel d', '!'],
  ['BUG: KASAN: a', ' a', '!'],
  ['BUG: Dentry ', '\tstill in use ', ''],
  ['', 'BUG: soft lockup - CPU#0 stuck for 1s! [', ''],
  ['EXT4-fs error (', 'o', ''],
  ['EXT4-fs error (a', ' o', ''],
  ['XFS (', 'xc', '): Internal error'],
  ['WARNING: ', ', CPU#0: ', '/'],
  ['Kernel panic - not syncing: ', ' - ', ''],
  ['in_atomic(): ', ', name: ', ''],
  ['', 'by task ', '/0'],
  ['CPU: 0 PID: 1 Comm: ', 'Kdump: a ', ''],
  ['CPU: ', '0123456789abcdef0123456789abcdef01234567 ', 'x'],
  ['1..1', ' ', 'x'],
  ['1..', '1', 'x'],
  ['ok', ' ', 'x'],
  ['ok 1 # SKIP', '\t', 'x\u2028y'],
  ['ok 1 # TODO ', ' ', 'x\u2028y'],
  ['not ok 1 ', '\\#', ''],
  ['not ok 1 ', ' #', ''],
  ['# x.c:1:a:', ' ', ''],
  ['# Subtest: ', ' ', 'x\u2028y'],
  ['Bail out!', ' ', 'x\u2028y'],
  ['', '# ', 'ok 1'],
  ['', 'not ok ', ''],
  ['', '\u0085', '::'],
  ['', '\u001B[0m', '::'],
  ['kernelkit: command ended with ', '1', ''],
]

/** Many lines. */
const manyLines: Readonly<Record<string, (count: number) => readonly string[]>> = {
  'suites in suites': (count) => repeat(count, () => '# Subtest: a'),
  'suites that step to the right': (count) => repeat(Math.min(count, 400), (index) => `${' '.repeat(4 * index)}# Subtest: a`),
  'comments in comments': (count) => repeat(count, (index) => `${'# '.repeat(index % 100)}1..2`),
  'streams without tests': (count) => repeat(count, () => 'TAP version 13\n1..0'),
  'plans that are not kept': (count) => repeat(count, () => 'TAP version 13\n1..999999999\nnot ok 1 a'),
  'numbers in a bad order': (count) => repeat(count, (index) => `ok ${2 * (count - index)} a`),
  'failures with lines between them': (count) => repeat(count, () => 'not ok a\n# b\n# c'),
  'lines after one failure': (count) => ['not ok 1 a', ...repeat(count, () => '# b')],
  'a block without an end': (count) => ['not ok 1 a', '  ---', ...repeat(count, () => '  a')],
  'failures of long names': (count) => repeat(count, () => `not ok ${'a'.repeat(200)}`),
  'reports of as many kinds': (count) => repeat(count, (index) => `[    1.000000] WARNING: CPU: 0 PID: 1 at fs/x${index}.c:1 foo+0x1/0x2`),
  'cuts of as many callers': (count) => repeat(count, (index) => `[    1.000000][ T${index}] ------------[ cut here ]------------`),
  'a report that never ends': (count) => repeat(count, (index) => `[    1.000000]  foo${index}+0x1/0x2`),
  'stacks in one report': (count) => repeat(count, () => '[    1.000000] Call Trace:\n[    1.000000]  foo+0x1/0x2'),
  'as many prefixes': (count) =>
    repeat(count, (index) => `${String.fromCharCode(97 + (index % 26), 97 + ((index / 26) % 26))}: 1.000 BUG: KASAN: a in b`),
  boots: (count) => repeat(count, () => '[    0.000000] Linux version 6.12 (x)\n[    1.000000] Run /init as init process'),
}

function repeat(count: number, line: (index: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => line(index)).flatMap((text) => text.split('\n'))
}

describe.each(Object.entries(readers))('%s', (_name, read) => {
  it('takes four times as long for a line of four times the length', () => {
    const bad = longLines.flatMap(([start, part, end]) => {
      const line = (length: number) => [`${start}${part.repeat(Math.ceil(length / part.length))}${end}`]
      return growth((length) => read(line(length)), [16, 24, 32, 40, 48, 64, 128, 512, 2048, 16_384, 65_536]).map(
        (what) => `${JSON.stringify([start, part, end])}: ${what}`,
      )
    })
    expect(bad).toEqual([])
  })

  it('takes four times as long for four times as many lines', () => {
    const bad = Object.entries(manyLines).flatMap(([name, lines]) =>
      growth((count) => read(lines(count)), [16, 64, 256, 1024, 4096]).map((what) => `${name}: ${what}`),
    )
    expect(bad).toEqual([])
  })
})

describe('MAINTAINERS of a tree', () => {
  it.each([
    ['a glob of many stars', (length: number) => `F: a*${'a*'.repeat(Math.min(length, 60))}b`],
    ['a repeated group', () => 'K: (a+)+$\nN: (a|a)*$'],
    ['many repeats', (length: number) => `K: ${'a*'.repeat(Math.min(length, 60))}b`],
    ['a line of blanks', (length: number) => `M:${' '.repeat(length)}x`],
    ['many sections', (length: number) => 'F: a*a*b\n\nA\n'.repeat(length)],
  ])('with %s is searched in linear time', (_title, section) => {
    const run = (length: number) =>
      void ownersOf(parseMaintainers(`A\nM: x\n${section(length)}\n`), `${'a'.repeat(Math.min(length, 250))}.c`, 'a'.repeat(length))
    expect(growth(run, [16, 32, 64, 256, 1024, 4096, 16_384])).toEqual([])
  })
})
