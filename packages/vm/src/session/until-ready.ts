import { collectOutput } from '../process/collect-output.ts'
import { firstOf } from './first-of.ts'
import type { Ending, Guest } from './guest.ts'
import { bootLimitMs } from './limits.ts'

/** Until the guest can be used: its agent serves, and a systemd that was asked for has started. */
export async function untilReady(guest: Guest, over: Promise<Ending>): Promise<Ending | 'ready'> {
  const { plan, watch } = guest
  const { bootTimeoutMs, waitForDebugger, init } = plan.vm
  const limit = { kind: 'boot', ms: bootLimitMs(bootTimeoutMs, plan.accel.accel) } as const
  const early = await firstOf<Ending | 'ready'>(guest, { limit, paused: waitForDebugger, of: [watch.ready, over] })
  if (early !== 'ready' || init.kind !== 'path' || !init.systemd) return early
  const waiting = new AbortController()
  const up = untilSystemIsUp(guest, waiting.signal)
  return firstOf<Ending | 'ready'>(guest, { limit, paused: false, of: [up, over] }).finally(() => waiting.abort())
}

// It has started all that it wanted to, or some of it failed (systemctl(1), is-system-running): nothing more will come.
const settled = ['running', 'degraded', 'maintenance', 'stopping']

// Each try is a process in the guest.
const pollMs = 200

/**
 * systemctl fails at once as long as systemd's socket is missing. On an emulated CPU starting it takes ten times as long as
 * starting a shell, and that is taken from the boot: the socket is looked for first.
 */
const askScript = `command -v systemctl > /dev/null || exit 127
[ -S /run/systemd/private ] || exit 1
exec systemctl is-system-running --wait`

/** Waits until systemd has finished starting. */
async function untilSystemIsUp({ host, vm }: Guest, signal: AbortSignal): Promise<Ending | 'ready'> {
  while (!signal.aborted) {
    const output = collectOutput()
    // Without an answer the VM is ending: the code that waits for its end decides, and aborts this.
    const exitCode = await vm.exec({ argv: ['/bin/sh', '-c', askScript], stdout: output.stdout }).result.then(
      (result) => result.exitCode,
      () => undefined,
    )
    if (exitCode !== undefined && settled.includes(output.texts().stdout.trim())) return 'ready'
    if (exitCode === 127) return { kind: 'no-systemd', why: 'it has no systemctl, so its init is not systemd' }
    await host.sleep(pollMs, signal).catch(() => {})
  }
  return 'ready'
}
