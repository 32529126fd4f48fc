import type { Logger } from '@kernelkit/host'

/** Warnings of many tests: each text once, with the test that had it first, and at the end for how many others it held. */
export interface RepeatedWarnings {
  readonly warn: (name: string, text: string) => void
  readonly end: () => void
}

export function repeatedWarnings(log: Pick<Logger, 'warn'>): RepeatedWarnings {
  const seen = new Map<string, Set<string>>()
  return {
    warn: (name, text) => {
      const names = seen.get(text)
      if (names !== undefined) names.add(name)
      else {
        seen.set(text, new Set([name]))
        log.warn(`${name}: ${text}`)
      }
    },
    end: () => {
      for (const [text, { size }] of seen) if (size > 1) log.warn(`the same for ${size - 1} more: ${text}`)
    },
  }
}
