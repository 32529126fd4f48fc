import type { Verdict } from '@kernelkit/core/console'
import type { UserError } from '@kernelkit/core/errors'
import type { FinishedRun } from '@kernelkit/vm/internal'

/** How one test ended. */
export type TestResult = {
  readonly name: string
  readonly seconds: number
} & (
  | { readonly kind: 'run'; readonly run: FinishedRun; readonly stdout: string; readonly stderr: string }
  /** It never came to a verdict of its own; the error is written for the reader of kernelkit.yaml. */
  | { readonly kind: 'error'; readonly error: UserError }
  /** Another test ended the whole run (`fail-fast`). */
  | { readonly kind: 'left-out'; readonly reason: string }
  /** The user ended the whole run before this test came to its end. */
  | { readonly kind: 'interrupted' }
)

/** `undefined` for a test that was left out or interrupted. */
export function verdictOf(result: TestResult): Verdict | undefined {
  if (result.kind === 'run') return result.run.outcome.judgement.verdict
  return result.kind === 'error' ? result.error.verdict : undefined
}

/** The verdict, or the word for having none. */
export function stateOf(result: TestResult): string {
  return verdictOf(result) ?? (result.kind === 'interrupted' ? 'interrupted' : 'not run')
}

/** What happened, in one sentence. */
export function reasonOf(result: TestResult): string {
  if (result.kind === 'run') return result.run.outcome.judgement.what
  if (result.kind === 'interrupted') return result.seconds > 0 ? 'interrupted before it ended.' : 'interrupted before it began.'
  return result.kind === 'error' ? `${result.error.code}: ${result.error.message}` : result.reason
}
