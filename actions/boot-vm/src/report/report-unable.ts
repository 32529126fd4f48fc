import { escapeCell, type Action } from '@kernelkit/action-kit'
import { UserError } from '@kernelkit/core/errors'
import { writeError, type Reader } from '@kernelkit/core/options'
import { explainSystemError } from '@kernelkit/host'

/** Exit status of what cannot be judged. */
const noVerdictStatus = 125

/** Runs the work; when that ends without a verdict of the guest, outputs and summary show it all the same. */
export async function reportUnable(action: Action, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    // A cancelled step has no verdict.
    if (action.signal.aborted) throw thrown
    const error = inInputNames(explainSystemError(thrown), action.reader())
    const verdict = error instanceof UserError ? error.verdict : 'infra-fail'
    action.setOutputs({ verdict, 'exit-code': noVerdictStatus })
    action.summarise(`### ❌ boot-vm: ${verdict}\n\n${escapeCell(error instanceof Error ? error.message : String(error))}`)
    throw error
  }
}

function inInputNames(error: unknown, reader: Reader): unknown {
  return error instanceof UserError ? writeError(error, reader) : error
}
