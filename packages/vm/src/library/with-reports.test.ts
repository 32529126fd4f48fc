import { describe, expect, it } from 'vitest'
import type { VmEvent } from '../vm.ts'
import { withReports } from './with-reports.ts'

const line = (text: string): VmEvent => ({ type: 'console', line: text, atMs: 5 })
const exited: VmEvent = { type: 'exited', exit: { exitCode: 0, signal: undefined, stderr: '' }, atMs: 9 }

async function eventsOf(...events: readonly VmEvent[]) {
  async function* stream(): AsyncGenerator<VmEvent> {
    yield* events
  }
  const seen: string[] = []
  for await (const event of withReports(stream())) seen.push(event.type === 'report' ? `report ${event.report.kind}` : event.type)
  return seen
}

describe('withReports', () => {
  const warning = line('WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2')

  it('emits a report after its last line', async () => {
    expect(await eventsOf(warning, line('---[ end trace 0000000000000000 ]---'), line('x'), exited)).toEqual([
      'console',
      'console',
      'report warning',
      'console',
      'exited',
    ])
  })

  it('emits a report that the end of the guest cuts off, before that end', async () => {
    expect(await eventsOf(warning, exited)).toEqual(['console', 'report warning', 'exited'])
  })
})
