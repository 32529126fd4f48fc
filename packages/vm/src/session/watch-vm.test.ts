import { describe, expect, it } from 'vitest'
import type { VmEvent } from '../vm.ts'
import { watchVm } from './watch-vm.ts'

function watch(...events: readonly VmEvent[]) {
  async function* stream(): AsyncGenerator<VmEvent> {
    yield* events
  }
  return watchVm({
    events: stream(),
    silenceLimitMs: 30_000,
    lockupSilenceMs: 10_000,
    isEnd: ({ headline }) => !headline.includes('known'),
    isKunit: false,
    mostRestarts: 2,
    hasOtherTimer: false,
    tailLines: 2,
    onLine: undefined,
  })
}

const line = (text: string, atMs = 0): VmEvent => ({ type: 'console', line: text, atMs })
const exited: VmEvent = { type: 'exited', exit: { exitCode: 0, signal: undefined, stderr: '' }, atMs: 9 }

const init = line('[    0.5] Run /init as init process')
const banner = line('[    0.000000] Linux version 6.12.1 (a@b) (gcc) #1 SMP')
const reset: VmEvent = { type: 'qmp', event: 'RESET', data: { guest: true, reason: 'guest-reset' }, atMs: 0 }

const noTimer = line('[    0.124530] APIC frequency too slow, disabling apic timer')
const ready: VmEvent = { type: 'ready', release: '6.12', atMs: 700 }

describe('watchVm', () => {
  it('ends with a guest that boots without the only timer of its machine, and with no other one', async () => {
    const lost = watch(noTimer)
    await expect(lost.over).resolves.toBe('no-timer')
    expect(lost.facts().timerLost).toBe(true)
    for (const seen of [watch(ready, noTimer, exited), watch(line('[    0.1] APIC: Switch to symmetric I/O mode setup'), exited)]) {
      await expect(seen.over).resolves.toBe('exited')
      expect(seen.facts().timerLost).toBe(false)
    }
  })

  // Debian's 6.1.0-57-amd64 without its modules, with --root host.
  const failed = line(
    '[   16.894704] kernelkit: failed, the kernel lacks 9p,virtio-console: cannot mount the root (9p root, cow): the kernel has no such file system',
  )

  it('ends with an agent that has no channel for its failure, and prints it', async () => {
    const seen = watch(init, line('[   14.768998] kernelkit: agent started'), failed, exited)
    await expect(seen.over).resolves.toBe('agent-failed')
    expect(seen.facts()).toMatchObject({
      agentFailure: 'cannot mount the root (9p root, cow): the kernel has no such file system',
      lacking: ['9p', 'virtio-console'],
    })
    const without = watch(line('[    1.0] kernelkit: failed: the kernel command line has a word'), exited)
    await expect(without.over).resolves.toBe('agent-failed')
    expect(without.facts()).toMatchObject({ agentFailure: 'the kernel command line has a word', lacking: undefined })
  })

  it('believes no such line once the agent serves, nor in the place of what the agent has sent', async () => {
    const forged = watch(init, ready, failed, exited)
    await expect(forged.over).resolves.toBe('exited')
    expect(forged.facts()).toMatchObject({ agentFailure: undefined, lacking: undefined })
    const sent = watch(init, { type: 'agent-failed', message: 'the root has no init', rootLacks: 'init', atMs: 0 }, failed, exited)
    await sent.drained
    expect(sent.facts()).toMatchObject({ agentFailure: 'the root has no init', lacking: undefined, rootLacks: 'init' })
  })

  it('notes that another process ends the VM, and waits for its end', async () => {
    const stopped = watch(ready, { type: 'stop-asked', atMs: 800 }, exited)
    await expect(stopped.over).resolves.toBe('exited')
    expect(stopped.facts().stopAsked).toBe(true)
    const alone = watch(ready, exited)
    await alone.drained
    expect(alone.facts().stopAsked).toBe(false)
  })

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
      [line('watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [known:9]'), { type: 'agent-silent', silentMs: 11_000, atMs: 0 }],
      'silent',
    ],
    ['shorter silence of a QEMU that is stopped', [{ type: 'agent-silent', silentMs: 11_000, qemuStopped: true, atMs: 0 }], 'silent'],
    ['a lockup', [line('watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [cat:9]')], 'lockup'],
    ['a hung task', [line('INFO: task cat:9 blocked for more than 120 seconds.')], 'lockup'],
    ['the end of one with a known lockup', [line('INFO: task known:9 blocked for more than 120 seconds.'), exited], 'exited'],
    [
      'the end of one with a lockup inside a KUnit test',
      [
        line('[    1.000000] KTAP version 1'),
        line('[    1.000000] 1..2'),
        line('[    1.000000] watchdog: BUG: soft lockup - CPU#0 stuck'),
        exited,
      ],
      'exited',
    ],
    ['a second reset', [reset, reset], 'restarted'],
    ['the end of one that was reset, came to its first process and was reset again', [reset, init, reset, exited], 'exited'],
    [
      'a kernel that starts again',
      [reset, banner, init, banner, ...Array.from({ length: 8 }, (_, index) => line(`[    0.03452${index}] x`)), reset],
      'restarted',
    ],
    ["QEMU's own stop", [{ type: 'qmp', event: 'STOP', data: { status: 'io-error' }, atMs: 0 }], 'stopped'],
    ['a machine that is off, and a QEMU that keeps it', [{ type: 'qmp', event: 'STOP', data: { status: 'shutdown' }, atMs: 0 }], 'halted'],
    ["the end of one with a debugger's stop", [{ type: 'qmp', event: 'STOP', data: { status: 'debug' }, atMs: 0 }, exited], 'exited'],
    ['short silence by itself, then the end', [{ type: 'agent-silent', silentMs: 11_000, atMs: 0 }, exited], 'exited'],
    ['a stream that ends', [], 'exited'],
  ])('ends by %s', async (_title, events, end) => {
    await expect(watch(...events).over).resolves.toBe(end)
  })
})
