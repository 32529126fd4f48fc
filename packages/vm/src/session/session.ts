import type { AllowEntry } from '@kernelkit/core/console'
import { explainSystemError } from '@kernelkit/host/process'
import type { Host, Store } from '@kernelkit/host'
import { recordBoot, type BootRecord } from '../evidence/record-boot.ts'
import { recordFailure, recordVerdict, type RecordedVerdict, type VerdictRecord } from '../evidence/record-verdict.ts'
import { warnOfDropped } from '../process/guest-artifacts.ts'
import { startVm } from '../process/start-vm.ts'
import type { WantedVm } from '../resolve/resolve-vm.ts'
import type { Vm } from '../vm.ts'
import { readAllowed } from './allowed-reports.ts'
import type { EndedVm, VmWork } from './guest.ts'
import { prepareVm, type PreparedVm } from './prepare-vm.ts'
import { superviseVm } from './supervise-vm.ts'

/** A VM, from what is wanted to its end. */
export interface SessionInput {
  readonly host: Host
  readonly store: Store
  readonly wanted: WantedVm
  /** Called once everything is decided and before anything starts; a promise holds the start back. */
  readonly onPrepared?: ((prepared: PreparedVm) => void | Promise<void>) | undefined
  readonly onConsoleLine?: ((line: string) => void) | undefined
  readonly signal: AbortSignal
}

/** One start of the VM: what is done with it, and what is made of how it went. A session takes more than one when the first was spoilt. */
export interface SessionTurn<Outcome, Result> {
  readonly work: VmWork<Outcome>
  /** What a replay runs; absent: a shell, or the root's own init. */
  readonly replayed?: BootRecord['command']
  /** Called when the VM has ended and the turn is closed; a verdict becomes evidence by `record`. */
  readonly conclude: (outcome: Outcome, record: RecordVerdict) => Promise<Result>
  /** Releases what the turn took; called again when something failed in between. */
  readonly close: () => Promise<void>
}

export type RecordVerdict = (verdict: Pick<VerdictRecord, 'junit' | 'document'>) => Promise<RecordedVerdict>

/**
 * One VM from its options to its end: decide, start, watch, do the work, end, keep the evidence. The commands, the Action and the
 * library differ in the turn alone; `open` makes it when everything is decided.
 */
export async function runSession<Outcome, Result>(
  input: SessionInput,
  open: (prepared: PreparedVm) => Promise<SessionTurn<Outcome, Result>>,
): Promise<Result> {
  const { log } = input.host
  const allowed = await readAllowed(input.host, { named: input.wanted.spec.allow, reader: input.wanted.reader })
  let { wanted } = input
  for (let starts = 1; ; starts++) {
    const { ended, conclude } = await startOnce({ ...input, wanted, allowed }, open)
    const spoilt = whatSpoilt(ended, starts)
    if (spoilt === undefined) return conclude()
    log[spoilt.level](`${spoilt.why}: ${spoilt.next}`)
    wanted = { ...wanted, ...spoilt.change }
  }
}

interface Spoilt {
  readonly level: 'info' | 'warn'
  readonly why: string
  readonly next: string
  /** What the next start does differently. */
  readonly change: Pick<WantedVm, 'init'>
}

// Seen in about 2 of 100 boots of a host under eightfold load, never on a quiet one.
const mostStarts = 3

/** Why a start proves nothing about the guest and is worth another one; `starts` counts those so far. */
export function whatSpoilt({ facts, plan }: Pick<EndedVm, 'facts' | 'plan'>, starts: number): Spoilt | undefined {
  if (facts.timerLost && starts < mostStarts) {
    return {
      level: 'warn',
      why: 'this busy host stalled the guest while its kernel measured the APIC timer, and now it has no clock',
      next: 'starting again',
      change: {},
    }
  }
  // Whether an image has an init shows only in the guest.
  if (plan.vm.init.kind === 'own' && facts.rootLacks === 'init') {
    return {
      level: 'info',
      why: 'the root has no init of its own',
      next: 'booting again with a shell',
      change: { init: { kind: 'agent' } },
    }
  }
  return undefined
}

interface StartInput extends SessionInput {
  readonly allowed: readonly AllowEntry[]
}

async function startOnce<Outcome, Result>(
  input: StartInput,
  open: (prepared: PreparedVm) => Promise<SessionTurn<Outcome, Result>>,
): Promise<{ readonly ended: EndedVm; readonly conclude: () => Promise<Result> }> {
  const { host } = input
  const prepared = await prepareVm(input)
  const { plan, evidenceDirectory } = prepared
  const turn = await openInOrder(input, prepared, open)
  const orRecord = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      const result = await step()
      await turn.close()
      return result
    } catch (error) {
      await turn.close().catch(() => {})
      await recordFailure(host, evidenceDirectory, explainSystemError(error))
      throw error
    }
  }
  const start = () => startRecorded(input, prepared, turn.replayed)
  const supervise = async () => {
    try {
      return await superviseVm({ ...input, plan, evidenceDirectory, start }, turn.work)
    } finally {
      await warnOfDropped(host, prepared.request.consolePath)
    }
  }
  const { ended, outcome } = await orRecord(supervise)
  const record: RecordVerdict = (verdict) =>
    recordVerdict(host, { directory: evidenceDirectory, plan, reports: ended.reports, look: ended.look, ...verdict })
  return { ended, conclude: () => orRecord(() => turn.conclude(outcome, record)) }
}

async function openInOrder<Turn>(
  { onPrepared }: SessionInput,
  prepared: PreparedVm,
  open: (prepared: PreparedVm) => Promise<Turn>,
): Promise<Turn> {
  try {
    await onPrepared?.(prepared)
    return await open(prepared)
  } catch (error) {
    await prepared.abandon(error)
    throw error
  }
}

/** QEMU is started while what is known before is written; neither is left without the other. */
async function startRecorded(
  input: SessionInput,
  { plan, request, evidenceDirectory }: PreparedVm,
  command: BootRecord['command'],
): Promise<Vm> {
  const { host, signal } = input
  const [started, written] = await Promise.allSettled([
    startOrDetach({ host, request, keep: plan.vm.keep, signal }),
    recordBoot(host, { directory: evidenceDirectory, plan, command }),
  ])
  if (started.status === 'rejected') throw started.reason
  if (written.status === 'rejected') {
    await started.value.stop('kill')
    throw written.reason
  }
  return started.value
}

/** A VM in this process, or with `keep` in a process of its own that outlives this one. */
async function startOrDetach(options: {
  readonly request: PreparedVm['request']
  readonly host: Host
  readonly keep: boolean
  readonly signal: AbortSignal
}): Promise<Vm> {
  const { request, host, keep, signal } = options
  if (!keep) return startVm(request, host, { signal })
  const { startDetachedVm } = await import('../process/detached-vm.ts')
  return startDetachedVm(request, host, { signal })
}
