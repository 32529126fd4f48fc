import { hiddenReports } from '@kernelkit/core/report/log'
import type { Host } from '@kernelkit/host'
import type { ConsoleCapture } from './console-capture.ts'

// What the kernel has printed may still be on its way: a serial port is slower than its log, and this host may be busy.
const quietMs = 200
const longestMs = 5000
const lookEveryMs = 10

/** Adds to a console the reports of the kernel's log that it does not show, since its level is low or something has turned it off. */
export async function showHidden(
  host: Pick<Host, 'sleep' | 'monotonicMs'>,
  capture: Pick<ConsoleCapture, 'recent' | 'add'>,
  log: Uint8Array,
): Promise<void> {
  const startedAt = host.monotonicMs()
  let [shown, since] = [capture.recent(), startedAt]
  let hidden = hiddenReports(log, shown)
  while (hidden.length > 0 && host.monotonicMs() - startedAt < longestMs) {
    const now = capture.recent()
    if (now.length !== shown.length) {
      ;[shown, since] = [now, host.monotonicMs()]
      hidden = hiddenReports(log, shown)
    }
    if (host.monotonicMs() - since >= quietMs) break
    await host.sleep(lookEveryMs)
  }
  if (hidden.length > 0) capture.add(['kernelkit: the console does not show what the kernel has logged here:', ...hidden])
}
