import type { Host } from '@kernelkit/host'
import type { KernelLog } from './agent-link.ts'
import type { ConsoleCapture } from './console-capture.ts'

type Clock = Pick<Host, 'sleep' | 'monotonicMs'>
type Capture = Pick<ConsoleCapture, 'recent' | 'add'>

// Records of one report come in several frames.
const collectMs = 5
// What a kernel logs in some seconds, and more than a log buffer holds; a guest that sends more does not get more of this process's time.
const mostBytes = 2 * 1024 * 1024

// The agent sends what has come since in each second: the rest of a report that was cut comes with the next.
const restMs = 1500

/** Adds to a console the reports of the kernel's log that it does not show, since its level is low or something has turned it off. */
export function createKernelLog(host: Clock, capture: Capture): KernelLog {
  let pending: Uint8Array[] = []
  let bytes = 0
  let work: Promise<void> | undefined
  let isEnding = false
  const hasMore = (): boolean => pending.length > 0 || isEnding
  const untilMore = async (): Promise<void> => {
    for (let waitedMs = 0; waitedMs < restMs && !hasMore(); waitedMs += lookEveryMs) await host.sleep(lookEveryMs)
  }
  const compare = async (): Promise<void> => {
    let tookMs = 0
    let unfinished = ''
    while (pending.length > 0 || unfinished !== '') {
      if (pending.length > 0) await host.sleep(Math.max(collectMs, tookMs))
      else await untilMore()
      const startedAt = host.monotonicMs()
      const log = Buffer.concat([Buffer.from(unfinished), ...pending])
      const isWhole = isEnding || pending.length === 0 || unfinished.length > mostBytes
      pending = []
      bytes = 0
      unfinished = await showHidden(host, { capture, log, isWhole })
      tookMs = host.monotonicMs() - startedAt
    }
    work = undefined
    isEnding = false
  }
  return {
    take: (records) => {
      if (bytes + records.length > mostBytes) return
      pending.push(records)
      bytes += records.length
      if (work !== undefined) return
      work = compare()
      // shown() reports it.
      work.catch(() => {})
    },
    shown: () => {
      isEnding = work !== undefined
      return work
    },
  }
}

// What the kernel has printed may still be on its way: a serial port is slower than its log, and this host may be busy.
const quietMs = 200
const longestMs = 5000
const lookEveryMs = 10

interface Compared {
  readonly capture: Capture
  readonly log: Uint8Array
  /** Nothing more comes that would belong to it. */
  readonly isWhole: boolean
}

/** Records of a report that has not ended. */
async function showHidden(host: Clock, { capture, log, isWhole }: Compared): Promise<string> {
  const { hiddenReports } = await import('@kernelkit/core/report/log')
  const startedAt = host.monotonicMs()
  let [shown, since] = [capture.recent(), startedAt]
  let hidden = hiddenReports(log, shown, { isWhole })
  while (hidden.lines.length > 0 && host.monotonicMs() - startedAt < longestMs) {
    const now = capture.recent()
    if (now.length !== shown.length) {
      ;[shown, since] = [now, host.monotonicMs()]
      hidden = hiddenReports(log, shown, { isWhole })
    }
    if (host.monotonicMs() - since >= quietMs) break
    await host.sleep(lookEveryMs)
  }
  if (hidden.lines.length > 0) capture.add(['kernelkit: the console does not show what the kernel has logged here:', ...hidden.lines])
  return hidden.unfinished
}
