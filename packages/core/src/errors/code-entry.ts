import type { Message } from './message.ts'

/** What a code means and what fixes it. */
export interface CodeEntry {
  readonly meaning: string
  readonly fix: Message
}
