import type { ErrorCode } from './codes/index.ts'
import { commandWriter, writeMessage, type Message, type PartWriter, type Place } from './message.ts'

/** Verdicts that an error without a result of the guest ends with (see docs/verdicts.md). */
export type ErrorVerdict = 'infra-fail' | 'config-fail' | 'build-fail' | 'boot-fail' | 'vm-lost' | 'timeout'

export interface UserErrorOptions {
  /** The next action: an instruction, or a command to paste. */
  readonly hint?: Message | undefined
  /** Default `infra-fail`. */
  readonly verdict?: ErrorVerdict
  /** Machine-readable facts for `--json`: the value seen, the values allowed, file and line. */
  readonly details?: Readonly<Record<string, unknown>>
  /** Where in kernelkit.yaml the cause is. */
  readonly place?: Place | undefined
  readonly cause?: unknown
}

/** What an error is made of; each door writes it for its reader (`core/options`, writeError). */
interface ErrorParts {
  readonly message: Message
  readonly hint: Message | undefined
  readonly place: Place | undefined
}

/** A mistake or an obstacle that the user can act on: a stable code, what was seen, what is allowed, what to do next. `message` and `hint` are as the command line writes them. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly verdict: ErrorVerdict
  readonly details: Readonly<Record<string, unknown>>
  readonly parts: ErrorParts

  constructor(code: ErrorCode, message: Message, options: UserErrorOptions = {}, writer: PartWriter = commandWriter) {
    const { hint, place, details = {} } = options
    const text = writeMessage(message, writer)
    super(place === undefined ? text : `${showPlace(place)}: ${text}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = hint === undefined ? undefined : writeMessage(hint, writer)
    this.verdict = options.verdict ?? 'infra-fail'
    this.details = place === undefined ? details : { ...details, ...place }
    this.parts = { message, hint, place }
  }
}

/** `kernelkit.yaml:3:5`, as compilers write it. */
function showPlace({ file, line, column }: Pick<Place, 'file' | 'line' | 'column'>): string {
  return `${file}:${line}:${column}`
}

/** One line per fact: `CODE: message`, then `Hint: …`. The only form in which users see an error. */
export function renderUserError(error: UserError): string {
  const hint = error.hint === undefined ? '' : `\nHint: ${error.hint}`
  return `${error.code}: ${error.message}${hint}`
}

/** The error in JSON documents. */
export function errorDocument({ code, message, hint, details }: UserError): Readonly<Record<string, unknown>> {
  return { code, message, hint: hint ?? null, details }
}
