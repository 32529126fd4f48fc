import { UserError, type ErrorCode, type ErrorVerdict, type Message, type Place } from '@kernelkit/core/errors'

/** What the VM host process says once over its descriptor 3, as JSON. */
export type DetachedAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: SentError }
  | { readonly ok: false; readonly crash: string }

/** A `UserError` in its parts: the process that asked writes them for its own reader. */
interface SentError {
  readonly code: ErrorCode
  readonly verdict: ErrorVerdict
  readonly message: Message
  readonly hint?: Message | undefined
  readonly place?: Place | undefined
  readonly details: Readonly<Record<string, unknown>>
}

export function failureAnswer(error: unknown): DetachedAnswer {
  if (!(error instanceof UserError)) return { ok: false, crash: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  const { code, verdict, parts, details } = error
  return { ok: false, error: { code, verdict, ...parts, details } }
}

/** The error of the VM host process, in this one. */
export function receivedError(answer: Exclude<DetachedAnswer, { readonly ok: true }>): Error {
  if ('crash' in answer) return new Error(`the VM host process failed: ${answer.crash}`)
  const { code, message, ...options } = answer.error
  return new UserError(code, message, options)
}
