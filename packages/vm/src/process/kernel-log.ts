import type { Host } from '@kernelkit/host'
import type { KernelLog } from './agent-link.ts'
import type { ConsoleCapture } from './console-capture.ts'

type Clock = Pick<Host, 'sleep' | 'monotonicMs'>
type Capture = Pick<ConsoleCapture, 'recent' | 'add'>

// Records of one report come in several frames.
const collectMs = 5
// What a kernel logs in some seconds, and more than a log buffer holds; a guest that sends more does not get more of this process's time.
const mostBytes = 2 * 1024 * 1024

/** Adds to a console the reports of the kernel's log that it does not show, since its level is low or something has turned it off. */
export function createKernelLog(host: Clock, capture: Capture): KernelLog {
  let pending: Uint8Array[] = []
  let bytes = 0
  let work: Promise<void> | undefined
  const compare = async (): Promise<void> => {
    let tookMs = 0
    while (pending.length > 0) {
      await host.sleep(Math.max(collectMs, tookMs))
      const log = Buffer.concat(pending)
      pending = []
      bytes = 0
      const startedAt = host.monotonicMs()
      await showHidden(host, capture, log)
      tookMs = host.monotonicMs() - startedAt
    }
    work = undefined
  }
  return {
    take: (records) => {
      if (bytes + records.length > mostBytes) return
      pending.push(records)
      bytes += records.length
      work ??= compare()
    },
    shown: () => work,
  }
}

// What the kernel has printed may still be on its way: a serial port is slower than its log, and this host may be busy.
const quietMs = 200
const longestMs = 5000
const lookEveryMs = 10

async function showHidden(host: Clock, capture: Capture, log: Uint8Array): Promise<void> {
  const { hiddenReports } = await import('@kernelkit/core/report/log')
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
