import { runAction } from '@kernelkit/action-kit'
import { saveBisection, type BegunBisection } from './bisect/bisection-state.ts'
import { inputRows } from './inputs.ts'
import { endKeptVm } from './shell/end-kept-vm.ts'
import type { KeptState } from './kept-state.ts'
import { reportEnd } from './report/report-end.ts'

await runAction({ inputs: inputRows, directory: import.meta.dirname }, async (action) => {
  // Written by main of this step.
  const begun = action.readState('bisection') as BegunBisection | null | undefined
  if (begun !== undefined && begun !== null) await saveBisection(action, begun)
  const kept = action.readState('kept') as KeptState | undefined
  if (kept === undefined) return
  const end = await action.group(`Stop the VM '${kept.name}'`, () => endKeptVm(action.host, kept))
  await reportEnd(action, kept, end)
})
