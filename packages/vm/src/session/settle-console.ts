import type { ConsoleFacts } from '@kernelkit/core/console'
import type { Host } from '@kernelkit/host'
import type { VmWatch } from './watch-vm.ts'

type SettleHost = Pick<Host, 'sleep' | 'monotonicMs'>
type SettleWatch = Pick<VmWatch, 'facts'>

export interface SettleOptions {
  /** What is waited for has been read. */
  readonly isDone: (console: ConsoleFacts) => boolean
  /** Without it, a console that was quiet for so long has nothing more to show. */
  readonly quietMs: number
  readonly longestMs: number
}

// Lines come within milliseconds of being printed.
const lookEveryMs = 5

/** Waits for lines of the console that are still on their way: until they have come, the guest has ended, or nothing more comes. */
export async function settleConsole(host: SettleHost, watch: SettleWatch, { isDone, quietMs, longestMs }: SettleOptions): Promise<void> {
  const startedAt = host.monotonicMs()
  let [lines, since] = [watch.facts().console.lines, startedAt]
  for (;;) {
    const { console: seen, qemu } = watch.facts()
    if (qemu !== undefined || isDone(seen)) return
    const now = host.monotonicMs()
    if (seen.lines !== lines) [lines, since] = [seen.lines, now]
    if (now - since >= quietMs || now - startedAt >= longestMs) return
    await host.sleep(lookEveryMs)
  }
}

/** A panic: its last line, then the kernel reboots, which ends QEMU (panic=-1, -no-reboot). A trace may be long, and some kernels never print its end. */
export function untilPanicReported(host: SettleHost, watch: SettleWatch): Promise<void> {
  return settleConsole(host, watch, { isDone: ({ panicIsComplete }) => panicIsComplete, quietMs: 5000, longestMs: 60_000 })
}

/** A report: the end of its trace. */
export function untilReportRead(host: SettleHost, watch: SettleWatch): Promise<void> {
  return settleConsole(host, watch, { isDone: ({ isReporting }) => !isReporting, quietMs: 1000, longestMs: 10_000 })
}

/**
 * A command: the agent's line about its end comes after all that the kernel printed before, and a report that begins above it may end below.
 * A kernel that hides the line (quiet) has nothing to wait for either.
 */
export function untilCommandReported(host: SettleHost, watch: SettleWatch): Promise<void> {
  return settleConsole(host, watch, {
    isDone: ({ commandEnded, isReporting }) => commandEnded && !isReporting,
    quietMs: 500,
    longestMs: 10_000,
  })
}
