/** How long a peer that is asked in regular turns has not answered. */
export interface SilenceMeter {
  /** In each turn; `heardAtMs` is when the peer was last heard. Answers with the silence so far. */
  turn(nowMs: number, heardAtMs: number): number
  /** It may be silent for a while, or was until now. */
  forgive(): void
}

/** Turns that come late (Ctrl-Z, a host out of breath) count as two: time in which nobody asked is no silence. */
export function silenceMeter(options: { readonly everyMs: number; readonly startMs: number }): SilenceMeter {
  let silentMs = 0
  let lastMs = options.startMs
  return {
    turn(nowMs, heardAtMs) {
      silentMs = heardAtMs > lastMs ? 0 : silentMs + Math.min(nowMs - lastMs, 2 * options.everyMs)
      lastMs = nowMs
      return Math.round(silentMs)
    },
    forgive() {
      silentMs = 0
    },
  }
}
