import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { firstOf, type ReachedLimit } from './first-of.ts'
import { kunitGraceMs, kunitSilenceMs } from './limits.ts'
import type { VmWatch } from './watch-vm.ts'

/** `kunit`: the tests are done, or the kernel has come to user space without any. */
export type KunitEnding = { readonly kind: 'kunit' } | { readonly kind: 'kunit-silent'; readonly silentMs: number }

export interface KunitWait<T> {
  readonly host: Host
  readonly spec: Pick<VmSpec, 'timeoutMs' | 'waitForDebugger'>
  readonly watch: VmWatch
  readonly signal: AbortSignal
  /** How long until the first line of KTAP. */
  readonly bootMs: number
  readonly over: Promise<T>
}

/** Built-in suites run before the first process: a ready guest has run them all. --timeout counts from the first line of KTAP. */
export async function untilKunitEnds<T>({
  host,
  spec,
  watch,
  signal,
  bootMs,
  over,
}: KunitWait<T>): Promise<T | KunitEnding | ReachedLimit> {
  const ready = watch.ready.then((): KunitEnding => ({ kind: 'kunit' }))
  const early = await firstOf<T | KunitEnding | 'kunit-started'>({
    host,
    signal,
    limit: { kind: 'boot', ms: bootMs },
    paused: spec.waitForDebugger,
    of: [watch.kunitStarted, ready, over],
  })
  if (early !== 'kunit-started') return early
  const done = new AbortController()
  const settled = watch.kunitComplete.then(() => host.sleep(kunitGraceMs, done.signal)).then((): KunitEnding => ({ kind: 'kunit' }))
  const silent = untilSilent(host, watch, done.signal)
  for (const promise of [settled, silent]) promise.catch(() => {})
  try {
    return await firstOf<T | KunitEnding>({
      host,
      signal,
      limit: spec.timeoutMs === undefined ? undefined : { kind: 'command', ms: spec.timeoutMs },
      paused: spec.waitForDebugger,
      // A debugger may hold the kernel for as long as its user likes.
      of: [ready, over, settled, ...(spec.waitForDebugger ? [] : [silent])],
    })
  } finally {
    done.abort()
  }
}

async function untilSilent(host: Host, watch: VmWatch, signal: AbortSignal): Promise<KunitEnding> {
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
