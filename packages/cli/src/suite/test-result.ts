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
)

/** `undefined` for a test that was left out. */
export function verdictOf(result: TestResult): Verdict | undefined {
  if (result.kind === 'run') return result.run.outcome.judgement.verdict
  return result.kind === 'error' ? result.error.verdict : undefined
}

/** What happened, in one sentence. */
export function reasonOf(result: TestResult): string {
  if (result.kind === 'run') return result.run.outcome.judgement.what
  return result.kind === 'error' ? `${result.error.code}: ${result.error.message}` : result.reason
}
