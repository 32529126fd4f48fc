import { exitStatus } from '@kernelkit/core/console'
import type { BootOutcome, UserTerminal } from '../../terminal/attach-terminal.ts'
import { firstOf } from '../first-of.ts'
import type { Ending, VmWork } from '../guest.ts'
import type { PreparedVm } from '../prepare-vm.ts'
import { bootDocument } from './boot-document.ts'
import { fullDirectories } from './full-directories.ts'
import { renderAllowed, renderLook, renderReports } from './render-outcome.ts'
import { runSession, type RecordVerdict, type SessionInput } from '../session.ts'

export interface BootInVmInput extends SessionInput {
  /** Called for each start; the terminal is closed when the VM has ended. */
  readonly openTerminal: () => UserTerminal & { close(): void }
}

/** A boot that has ended, and all that is reported about it. */
export interface FinishedBoot {
  readonly exitCode: number
  /** What happened, human readable; the verdict line is the last one. */
  readonly paragraph: readonly string[]
  /** The JSON document of `boot`; `result.json` of the evidence is the same. */
  readonly document: Readonly<Record<string, unknown>>
}

/** Everything that `kernelkit boot` does between its options and its output. */
export async function bootInVm(input: BootInVmInput): Promise<FinishedBoot> {
  // Only a boot has a terminal of its own.
  const { attachTerminal } = await import('../../terminal/attach-terminal.ts')
  return runSession<BootOutcome, FinishedBoot>(input, async (prepared) => {
    const terminal = input.openTerminal()
    return {
      work: attachTerminal(terminal),
      conclude: async (outcome, record) => {
        for (const line of await fullDirectories(input.host, prepared.plan.launch)) input.host.log.warn(line)
        return finishBoot(prepared, outcome, record)
      },
      close: async () => terminal.close(),
    }
  })
}

async function finishBoot(prepared: PreparedVm, outcome: BootOutcome, record: RecordVerdict): Promise<FinishedBoot> {
  const { plan, request, evidenceDirectory } = prepared
  const { judgement, failing, allowed, seconds } = outcome
  const { verdict, what, hint } = judgement
  const exitCode = exitStatus(judgement, plan.vm.status)
  const { document } = await record({ document: bootDocument({ prepared, ended: outcome, judgement }) })
  const trouble = [
    ...renderReports(failing, request.consolePath),
    `${verdict}: ${what}`,
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    `console log: ${request.consolePath}`,
    `evidence: ${evidenceDirectory}`,
  ]
  return {
    exitCode,
    paragraph: [
      ...renderAllowed(allowed, plan.vm.reader),
      ...(verdict === 'pass' ? [] : trouble),
      ...renderLook(outcome),
      `kernelkit: verdict=${verdict} exit=${exitCode} accel=${plan.accel.accel} total=${seconds.total.toFixed(2)}s`,
    ],
    document,
  }
}

/** `boot --keep`: the VM is left running in a process of its own; resolves when its agent serves, or at once without an agent. */
export async function bootAndLeave(input: SessionInput): Promise<PreparedVm> {
  return runSession<void, PreparedVm>(input, async (prepared) => ({
    work: leaveRunning,
    conclude: async () => prepared,
    close: async () => {},
  }))
}

const leaveRunning: VmWork<void> = {
  attended: true,
  mostRestarts: 3,
  work: async (guest) => {
    const { plan, watch } = guest
    const released: Ending = { kind: 'released' }
    if (!plan.launch.agent || plan.vm.waitForDebugger) return released
    const isSpoilt = (end: string): boolean => end === 'no-timer' || end === 'agent-failed'
    const over = watch.over.then((end): Ending => (isSpoilt(end) ? { kind: 'over', end } : released))
    return firstOf<Ending>(guest, { limit: undefined, paused: false, of: [watch.ready.then(() => released), over] })
  },
  judge: () => {},
}
