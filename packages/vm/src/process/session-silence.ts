import { silenceMeter } from './greet-agent.ts'

const pingEveryMs = 1000

export interface SilenceLimits {
  /** From the request on until the guest takes commands, in milliseconds. */
  readonly bootMs: number
  /** Without an answer to any ping, in milliseconds; Infinity: a debugger may hold the guest. */
  readonly answerMs: number
}

export interface SilenceOptions {
  readonly limits: SilenceLimits
  readonly monotonicMs: () => number
  /** Nothing is expected of a machine that may not run. */
  readonly isPaused: () => boolean
  readonly ping: () => void
  /** Called once, with the milliseconds. */
  readonly onSilent: (silentMs: number, during: 'boot' | 'command') => void
}

/** Ends the wait for a command whose guest, or the process that owns it, says nothing more and has not ended. */
export function watchSilence({ limits, monotonicMs, isPaused, ping, onSilent }: SilenceOptions) {
  let isStarted = false
  let heardAtMs = Number.NEGATIVE_INFINITY
  const meter = silenceMeter({ everyMs: pingEveryMs, startMs: monotonicMs() })
  const timer = setInterval(() => {
    const silentMs = meter.turn(monotonicMs(), heardAtMs)
    if (isPaused()) return meter.forgive()
    if (isStarted) ping()
    if (silentMs < (isStarted ? limits.answerMs : limits.bootMs)) return
    clearInterval(timer)
    onSilent(silentMs, isStarted ? 'command' : 'boot')
  }, pingEveryMs)
  timer.unref()
  return {
    started() {
      isStarted = true
      meter.forgive()
    },
    heard() {
      heardAtMs = monotonicMs()
    },
    stop: () => clearInterval(timer),
  }
}
