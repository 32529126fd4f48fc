import { describe, expect, it } from 'vitest'
import type { VmEvent } from '../vm.ts'
import { watchVm } from './watch-vm.ts'

function watch(...events: readonly VmEvent[]) {
  async function* stream(): AsyncGenerator<VmEvent> {
    yield* events
  }
  return watchVm({ events: stream(), silenceLimitMs: 30_000, lockupSilenceMs: 10_000, tailLines: 2, onLine: undefined })
}

const line = (text: string, atMs = 0): VmEvent => ({ type: 'console', line: text, atMs })
const exited: VmEvent = { type: 'exited', exit: { exitCode: 0, signal: undefined, stderr: '' }, atMs: 9 }

describe('watchVm', () => {
  it('keeps the end of the console and the times of the boot', async () => {
    const seen = watch(
      line('a'),
      line('[    0.5] Run /init as init process', 600),
      line('c'),
      { type: 'ready', release: '6.12', atMs: 700 },
      exited,
    )
    await expect(seen.ready).resolves.toBe('ready')
    await seen.drained
    expect(seen.facts()).toMatchObject({
      tail: ['[    0.5] Run /init as init process', 'c'],
      initAtMs: 600,
      readyAtMs: 700,
      qemu: { exitCode: 0 },
    })
  })

  it.each<[string, readonly VmEvent[], string]>([
    ['a panic', [line('Kernel panic - not syncing: x')], 'panic'],
    ['the event of pvpanic', [{ type: 'qmp', event: 'GUEST_PANICKED', data: {}, atMs: 0 }], 'panic'],
    ['a halt', [line('reboot: System halted')], 'halted'],
    ['a root that cannot be mounted', [{ type: 'agent-failed', message: 'x', atMs: 0 }], 'agent-failed'],
    ['silence', [{ type: 'agent-silent', silentMs: 31_000, atMs: 0 }], 'silent'],
    [
      'shorter silence after a lockup',
      [line('watchdog: BUG: soft lockup - CPU#0 stuck'), { type: 'agent-silent', silentMs: 11_000, atMs: 0 }],
      'silent',
    ],
    ['short silence by itself, then the end', [{ type: 'agent-silent', silentMs: 11_000, atMs: 0 }, exited], 'exited'],
    ['a stream that ends', [], 'exited'],
  ])('ends by %s', async (_title, events, end) => {
    await expect(watch(...events).over).resolves.toBe(end)
  })
})
