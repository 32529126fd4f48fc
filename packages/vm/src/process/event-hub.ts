/** Every subscriber gets all events from the first one on, then those that come, until `end`. */
export interface EventHub<Event> {
  emit(event: Event): void
  end(): void
  subscribe(): AsyncIterableIterator<Event>
}

// A console that never stops printing must not fill the host's memory; whole logs are in the console file.
const keptEvents = 20_000

export function createEventHub<Event>(): EventHub<Event> {
  const history: Event[] = []
  let dropped = 0
  let ended = false
  let wake = Promise.withResolvers<void>()
  const announce = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  async function* subscribe(): AsyncGenerator<Event, undefined> {
    let next = 0
    for (;;) {
      while (next < dropped + history.length) {
        next = Math.max(next, dropped)
        const event = history[next - dropped]
        next++
        if (event !== undefined) yield event
      }
      if (ended) return undefined
      await wake.promise
    }
  }
  return {
    emit(event) {
      history.push(event)
      if (history.length > keptEvents) {
        history.splice(0, keptEvents / 4)
        dropped += keptEvents / 4
      }
      announce()
    },
    end() {
      ended = true
      announce()
    },
    subscribe,
  }
}
