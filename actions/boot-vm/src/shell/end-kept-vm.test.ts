import { describe, expect, it } from 'vitest'
import { failingKinds, failingReports, parseAllowList } from '@kernelkit/core/console'
import { judgeRest, readRest } from './end-kept-vm.ts'

const warning = (at: string, name: string) => [
  `[    ${at}] ------------[ cut here ]------------`,
  `[    ${at}] WARNING: CPU: 0 PID: 71 at drivers/misc/${name}.c:42 ${name}_check+0x12/0x40`,
  `[    ${at}] Modules linked in:`,
  `[    ${at}] CPU: 0 UID: 0 PID: 71 Comm: sh Not tainted 6.12.0 #1`,
  `[    ${at}] RIP: 0010:${name}_check+0x12/0x40`,
  `[    ${at}] Call Trace:`,
  `[    ${at}]  <TASK>`,
  `[    ${at}]  ${name}_probe+0x20/0x30`,
  `[    ${at}]  </TASK>`,
  `[    ${at}] ---[ end trace 0000000000000000 ]---`,
]

const first = ['[    0.000000] Linux version 6.12.0 (x) #1', ...warning('1.000000', 'early')]
const judgeLines = (
  lines: readonly string[],
  judgedLines = first.length,
  { isRunning = true, allowed = parseAllowList('', 'none') } = {},
) => {
  const rest = readRest(`${lines.join('\r\n')}\r\n`, judgedLines)
  const failing = failingReports(rest.reports, { failOn: failingKinds, allowed })
  return { judgement: judgeRest(rest, { failing, isRunning }), reports: rest.reports, failing }
}

describe('the console of a kept VM at its end', () => {
  it('passes when nothing came since its first step, whatever was reported before', () => {
    const { judgement, reports } = judgeLines([...first, '[    9.000000] all is well'])
    expect({ verdict: judgement.verdict, reports }).toEqual({ verdict: 'pass', reports: [] })
  })

  it('is a splat when a later step made the kernel warn', () => {
    const { judgement, failing } = judgeLines([...first, ...warning('9.000000', 'late')])
    expect(judgement).toMatchObject({ verdict: 'splat', what: expect.stringContaining('late_check') as string })
    expect(failing.map(({ function: name }) => name)).toEqual(['late_check'])
  })

  it('passes when the warning is a known one', () => {
    const { judgement, reports } = judgeLines([...first, ...warning('9.000000', 'late')], first.length, {
      allowed: parseAllowList('late_check', 'known'),
    })
    expect({ verdict: judgement.verdict, reports: reports.length }).toEqual({ verdict: 'pass', reports: 1 })
  })

  it('is judged from its beginning when the first step was killed before it could', () => {
    expect(judgeLines(first, 0).judgement.verdict).toBe('splat')
  })

  const panic = '[    9.500000] Kernel panic - not syncing: Fatal exception'

  it('is a panic when the kernel panicked since, also when that ended the VM', () => {
    expect(judgeLines([...first, panic], first.length, { isRunning: false }).judgement.verdict).toBe('panic')
  })

  it('does not report a panic twice', () => {
    expect(judgeLines([...first, panic, '[    9.600000] Rebooting'], first.length + 1).judgement.verdict).toBe('pass')
  })

  it('is vm-lost when the VM had ended and the console does not show why', () => {
    expect(judgeLines(first, first.length, { isRunning: false }).judgement.verdict).toBe('vm-lost')
  })
})
