import type { ErrorCode } from './codes.ts'

/** Verdicts that an error before or beside the guest's own result ends with (see docs/verdicts.md). */
export type ErrorVerdict = 'infra-fail' | 'config-fail' | 'build-fail' | 'boot-fail' | 'vm-lost'

export interface UserErrorOptions {
  /** The next action, as a sentence or a command to paste. */
  readonly hint?: string
  /** Default `infra-fail`. */
  readonly verdict?: ErrorVerdict
  /** Machine-readable facts for `--json`: the value seen, the values allowed, file and line. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** A mistake or an obstacle that the user can act on: a stable code, what was seen, what is allowed, what to do next. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly verdict: ErrorVerdict
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.verdict = options.verdict ?? 'infra-fail'
    this.details = options.details ?? {}
  }
}

/** One line per fact: `CODE: message`, then `Hint: …`. The only form in which users see an error. */
export function renderUserError(error: UserError): string {
  const hint = error.hint === undefined ? '' : `\nHint: ${error.hint}`
  return `${error.code}: ${error.message}${hint}`
}

/** As JSON says it. */
export function errorDocument({ code, message, hint, details }: UserError): Readonly<Record<string, unknown>> {
  return { code, message, hint: hint ?? null, details }
}
