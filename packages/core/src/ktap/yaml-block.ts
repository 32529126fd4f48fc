import { statedSeconds } from './attributes.ts'
import type { Frame, OpenTest } from './frame.ts'

// A stack trace or two.
const longestBlock = 200

/** The lines between `---` and `...` below a result, which belong to it (TAP 13). */
export interface YamlBlock {
  /** A result has come: its block may follow. */
  follow(test: OpenTest, frame: Frame): void
  /** Something else has come. */
  forget(): void
  /** Whether this line is a part of the block. */
  take(text: string, frame: Frame): boolean
}

export function createYamlBlock(): YamlBlock {
  let last: { readonly test: OpenTest; readonly frame: Frame } | undefined
  let lines: string[] | undefined
  const forget = (): void => {
    last = undefined
    lines = undefined
  }
  return {
    follow: (test, frame) => {
      last = { test, frame }
      lines = undefined
    },
    forget,
    take: (text, frame) => {
      if (last === undefined || last.frame !== frame) return false
      const trimmed = text.trim()
      if (lines === undefined) {
        if (trimmed !== '---' || text === trimmed || frame.pending.head.length > 0) return false
        lines = []
        return true
      }
      if (trimmed !== '...') {
        if (lines.length < longestBlock) lines.push(text)
        return true
      }
      const { test } = last
      test.seconds = lines.map(statedSeconds).find((seconds) => seconds !== undefined) ?? test.seconds
      if (test.status !== 'pass') test.diagnostics = [...test.diagnostics, ...lines.map((line) => line.replace(/^ {2}/, ''))]
      forget()
      return true
    },
  }
}
