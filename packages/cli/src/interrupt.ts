/** The part of `process` that is listened to. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown
}

export interface Interrupt {
  readonly signal: AbortSignal
  /** Name of the signal that came first. */
  readonly name: () => string | undefined
  /** Ask for the end as a signal would. */
  readonly interrupt: (name: string) => void
  /** Ask for the end because of an error, which becomes the reason of the abort signal. */
  readonly fail: (error: unknown) => void
}

const listenedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal aborts and lets the command clean up; the next one calls `force`. */
export function listenForSignals(source: SignalSource, force: (name: string) => void): Interrupt {
  const controller = new AbortController()
  let first: string | undefined
  const interrupt = (name: string) => {
    if (first === undefined) {
      first = name
      // Its message is the signal's name.
      controller.abort(new DOMException(name, 'AbortError'))
    } else if (name !== 'SIGPIPE') force(first)
  }
  for (const name of listenedSignals) source.on(name, () => interrupt(name))
  return { signal: controller.signal, name: () => first, interrupt, fail: (error) => controller.abort(error) }
}
