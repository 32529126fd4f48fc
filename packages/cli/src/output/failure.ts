import { inspect } from 'node:util'
import { UserError, command as commandPart, errorDocument, message, renderUserError } from '@kernelkit/core/errors'
import { writeError, type Reader } from '@kernelkit/core/options'
import { printableJson } from '@kernelkit/core/text'

export interface FailureOptions {
  readonly json: boolean
  readonly verbose: boolean
  /** The command's last line on stderr is a verdict. */
  readonly verdict: boolean
  /** The signal that ended the command, if one did. */
  readonly interrupted?: string | undefined
  /** Name of the command, for the hint of last resort. */
  readonly command?: string | undefined
  /** Text of others as it may be printed here. */
  readonly shown: (text: string) => string
  /** How messages name options. */
  readonly reader: Reader
}

export interface Failure {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** Bad input and an unable host: below 126, so that `git bisect run` skips instead of stopping. */
const errorExitCode = 125

/** A command that took too long, as timeout(1) has it. */
const timeoutExitCode = 124

/** 128 + signal number, as shells report it. */
export const signalExitCodes: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 }

/** How a command ends whose signal was aborted: the end of the process says what ended it. */
export function interruptedBy(reason: unknown): { readonly verdict: 'interrupted'; readonly exitCode: number } {
  const name = reason instanceof Error ? reason.message : ''
  return { verdict: 'interrupted', exitCode: signalExitCodes[name] ?? errorExitCode }
}

/** The one place where an error becomes text: what the user sees on both streams and the exit status. */
export function renderFailure(thrown: unknown, options: FailureOptions): Failure {
  const error = options.interrupted === undefined ? thrown : interruption(options.interrupted, thrown)
  const ownExitCode = thrown instanceof UserError && thrown.verdict === 'timeout' ? timeoutExitCode : errorExitCode
  const exitCode = options.interrupted === undefined ? ownExitCode : (signalExitCodes[options.interrupted] ?? errorExitCode)
  // A closed pipe (`| head`) is how readers say that they have enough.
  if (options.interrupted === 'SIGPIPE') return { stdout: '', stderr: '', exitCode }
  const known = error instanceof UserError ? writeError(withHint(error, options.command), options.reader) : undefined
  const verdict = known?.verdict ?? 'infra-fail'
  const code = known?.code ?? 'INTERNAL'
  const text = known === undefined ? renderBug(error) : `${renderUserError(known)}\n${options.verbose ? renderCauses(error) : ''}`
  const last = options.verdict ? `kernelkit: verdict=${verdict} exit=${exitCode} code=${code}\n` : ''
  const document = {
    error: known === undefined ? { code, message: messageOf(error), hint: null, details: {} } : errorDocument(known),
    verdict,
    exitCode,
  }
  return {
    stdout: options.json ? `${printableJson(JSON.stringify(document, undefined, 2))}\n` : '',
    stderr: options.shown(text) + last,
    exitCode,
  }
}

/** An error of the command line without a hint of its own refers to the help, which shows what is allowed. */
function withHint(error: UserError, command: string | undefined): UserError {
  if (error.hint !== undefined || !error.code.startsWith('BAD_')) return error
  const { code, parts, verdict, details, cause } = error
  const help = commandPart(`kernelkit${command === undefined ? '' : ` ${command}`} --help`)
  return new UserError(code, parts.message, {
    hint: message`Run ${help} to see what is allowed.`,
    place: parts.place,
    verdict,
    details,
    cause,
  })
}

function interruption(signal: string, thrown: unknown): UserError {
  return new UserError(
    'INTERRUPTED',
    `${signal === 'SIGINT' ? 'Ctrl-C (SIGINT)' : signal} ended the command; what it had started was ended too.`,
    {
      hint: 'Run it again; what was built, fetched or searched comes from the store, tests run again.',
      details: { signal },
      cause: thrown,
    },
  )
}

function renderBug(error: unknown): string {
  return `kernelkit: this is a bug in kernelkit, not in your input; please report it with these lines.\n${stackOf(error)}\n${renderCauses(error)}`
}

function renderCauses(error: unknown): string {
  const lines: string[] = error instanceof UserError && error.stack !== undefined ? [error.stack] : []
  for (let cause = causeOf(error); cause !== undefined && lines.length < 10; cause = causeOf(cause)) {
    lines.push(`Caused by: ${stackOf(cause)}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : inspect(error)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : inspect(error)
}
