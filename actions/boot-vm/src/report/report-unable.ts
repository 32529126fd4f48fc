import { escapeCell, type Action } from '@kernelkit/action-kit'
import { UserError } from '@kernelkit/core/errors'
import { renameOptions } from '@kernelkit/core/options'
import { explainSystemError } from '@kernelkit/host'
import { inputNameOf } from '../inputs.ts'

/** Exit status of what cannot be judged. */
const noVerdictStatus = 125

/** Runs the work; when it cannot come to a verdict of the guest's, outputs and summary say so all the same. */
export async function reportUnable(action: Action, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    // A cancelled step has no verdict.
    if (action.signal.aborted) throw thrown
    const error = inInputNames(explainSystemError(thrown))
    const verdict = error instanceof UserError ? error.verdict : 'infra-fail'
    action.setOutputs({ verdict, 'exit-code': noVerdictStatus })
    action.summarise(`### ❌ boot-vm: ${verdict}\n\n${escapeCell(error instanceof Error ? error.message : String(error))}`)
    throw error
  }
}

function inInputNames(error: unknown): unknown {
  return error instanceof UserError ? renameOptions(error, inputNameOf) : error
}
