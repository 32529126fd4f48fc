import { describe, expect, it } from 'vitest'
import { hiddenReports } from './hidden-reports.ts'

const encode = (...records: readonly string[]) => new TextEncoder().encode(records.map((record) => `${record}\n`).join(''))

const log = encode(
  '6,100,1500000,-;EXT4-fs (vda): mounted',
  '4,101,2000001,-;------------[ cut here ]------------',
  '4,102,2000002,-,caller=T12;WARNING: CPU: 0 PID: 12 at fs/x.c:1 foo+0x1/0x2',
  '4,103,2000003,-;Call Trace:',
  '4,104,2000004,-; bar+0x3/0x4',
  '4,105,2000005,-;---[ end trace 0000000000000000 ]---',
  '5,106,3000000,-;random: crng init done',
)
const warning = [
  '[    2.000001] ------------[ cut here ]------------',
  '[    2.000002] WARNING: CPU: 0 PID: 12 at fs/x.c:1 foo+0x1/0x2',
  '[    2.000003] Call Trace:',
  '[    2.000004]  bar+0x3/0x4',
  '[    2.000005] ---[ end trace 0000000000000000 ]---',
]

describe('hiddenReports', () => {
  it('finds the lines of a report that the console does not show, and no others', () => {
    expect(hiddenReports(log, '[    1.500000] EXT4-fs (vda): mounted\r\n').lines).toEqual(warning)
    expect(hiddenReports(log, '').lines).toEqual(warning)
    expect(hiddenReports(encode(), 'x').lines).toEqual([])
  })

  it.each([
    ['as it is', (line: string) => line],
    ['with carriage returns', (line: string) => `${line}\r`],
    ['with callers', (line: string) => line.replace('] ', '][   T12] ')],
    ['after what a program left on the line', (line: string) => `login: ${line}`],
    ['without time stamps', (line: string) => line.slice('[    2.000001] '.length)],
  ])('finds nothing on a console that shows it %s', (_title, shownAs) => {
    expect(hiddenReports(log, warning.map(shownAs).join('\n')).lines).toEqual([])
  })

  it('takes a report of another time for another report', () => {
    const shown = warning.map((line) => line.replace('2.00', '1.00')).join('\n')
    expect(hiddenReports(log, shown).lines).toEqual(warning)
  })

  it('reads times of any length, several lines in one message, and bytes that are escaped', () => {
    const records = encode(
      '3,1,7,-;EXT4-fs error (device \\xc3\\xa9): foo:12: comm a\\x5cb: why',
      '3,2,123456789012,-;BTRFS: error (device vda) in foo:1: errno=-5\\x0aand more',
    )
    expect(hiddenReports(records, '').lines).toEqual([
      '[    0.000007] EXT4-fs error (device é): foo:12: comm a\\b: why',
      '[123456.789012] BTRFS: error (device vda) in foo:1: errno=-5',
    ])
    expect(hiddenReports(records, '[    0.000007] EXT4-fs error (device é): foo:12: comm a\\b: why\n').lines).toHaveLength(1)
  })

  it('keeps a report that has not ended for what comes next', () => {
    // The agent sends whole records.
    const at = new TextDecoder().decode(log).indexOf('4,103')
    const [first, rest] = [log.slice(0, at), log.slice(at)]
    const cut = hiddenReports(first, '', { isWhole: false })
    expect(cut.lines).toEqual([])
    const whole = hiddenReports(Buffer.concat([Buffer.from(cut.unfinished), rest]), '', { isWhole: false })
    expect(whole).toEqual({ lines: warning, unfinished: '' })
    expect(hiddenReports(first, '').lines.length).toBeGreaterThan(0)
  })

  it('skips lines that are not records', () => {
    expect(
      hiddenReports(encode('x', ';', '4,1,,-;WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2', `4,1,${'9'.repeat(30)},-;x`), '').lines,
    ).toEqual([])
  })
})
