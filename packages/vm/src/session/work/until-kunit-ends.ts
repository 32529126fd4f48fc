import { firstOf } from '../first-of.ts'
import type { Ending, Guest } from '../guest.ts'
import { bootLimitMs, kunitGraceMs, kunitSilenceMs } from '../limits.ts'

/** Built-in suites run before the first process: a ready guest has run them all. --timeout counts from the first line of KTAP. */
export async function untilKunitEnds(guest: Guest, over: Promise<Ending>): Promise<Ending> {
  const { host, watch, plan } = guest
  const { timeoutMs, waitForDebugger, bootTimeoutMs } = plan.vm
  const ready = watch.ready.then((): Ending => ({ kind: 'kunit' }))
  const early = await firstOf<Ending | 'kunit-started'>(guest, {
    // How long until the first line of KTAP.
    limit: { kind: 'boot', ms: bootLimitMs(bootTimeoutMs, plan.accel.accel) },
    paused: waitForDebugger,
    of: [watch.kunitStarted, ready, over],
  })
  if (early !== 'kunit-started') return early
  const done = new AbortController()
  const settled = watch.kunitComplete.then(() => host.sleep(kunitGraceMs, done.signal)).then((): Ending => ({ kind: 'kunit' }))
  const silent = untilSilent(guest, done.signal)
  for (const promise of [settled, silent]) promise.catch(() => {})
  try {
    return await firstOf<Ending>(guest, {
      limit: timeoutMs === undefined ? undefined : { kind: 'command', ms: timeoutMs },
      paused: waitForDebugger,
      // A debugger may hold the kernel for as long as its user likes.
      of: [ready, over, settled, ...(waitForDebugger ? [] : [silent])],
    })
  } finally {
    done.abort()
  }
}

async function untilSilent({ host, watch }: Guest, signal: AbortSignal): Promise<Ending> {
  let lines = watch.facts().console.lines
  let since = host.monotonicMs()
  for (;;) {
    await host.sleep(1000, signal)
    const now = watch.facts().console.lines
    const at = host.monotonicMs()
    if (now !== lines) [lines, since] = [now, at]
    else if (at - since >= kunitSilenceMs) return { kind: 'kunit-silent', silentMs: at - since }
  }
}
