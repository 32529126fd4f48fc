import { silenceMeter } from './greet-agent.ts'

const pingEveryMs = 1000

export interface SilenceLimits {
  /** From the request on until the guest takes commands, in milliseconds. */
  readonly bootMs: number
  /** Without an answer to any ping, in milliseconds; Infinity: a debugger may hold the guest. */
  readonly answerMs: number
}

// A guest that runs answers within milliseconds; one that is this late has a reason, or a busy host.
const lateMs = 5000

export interface SilenceOptions {
  readonly limits: SilenceLimits
  /** Asked of a guest that is late: whether it will never answer. */
  readonly isLost: () => Promise<boolean>
  readonly monotonicMs: () => number
  /** Nothing is expected of a machine that may not run. */
  readonly isPaused: () => boolean
  readonly ping: () => void
  /** Called once, with the milliseconds. */
  readonly onSilent: (silentMs: number, during: 'boot' | 'command') => void
}

/** Ends the wait for a command whose guest, or the process that owns it, says nothing more and has not ended. */
export function watchSilence({ limits, isLost, monotonicMs, isPaused, ping, onSilent }: SilenceOptions) {
  let isStarted = false
  let heardAtMs = Number.NEGATIVE_INFINITY
  const meter = silenceMeter({ everyMs: pingEveryMs, startMs: monotonicMs() })
  const timer = setInterval(() => {
    const silentMs = meter.turn(monotonicMs(), heardAtMs)
    if (isPaused()) return meter.forgive()
    if (isStarted) ping()
    const giveUp = () => {
      clearInterval(timer)
      onSilent(silentMs, isStarted ? 'command' : 'boot')
    }
    if (silentMs >= (isStarted ? limits.answerMs : limits.bootMs)) return giveUp()
    if (isStarted && silentMs >= lateMs)
      void isLost().then(
        (lost) => lost && giveUp(),
        () => {},
      )
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
