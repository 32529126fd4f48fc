import { machines } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { failingReports, useOfAllowList, type AllowEntry, type ConsoleFacts } from '@kernelkit/core/console'
import type { Host } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import { hostFailure } from '../process/host-failure.ts'
import type { Vm } from '../vm.ts'
import { atMost } from './first-of.ts'
import { isHang, type EndedVm, type Ending, type Guest, type VmWork } from './guest.ts'
import type { LastLook } from './last-look.ts'
import { drainLimitMs, lockupSilenceMs, silenceLimitMs, tailLines } from './limits.ts'
import { untilCommandReported, untilPanicReported, untilReportRead } from './settle-console.ts'
import { watchVm, type WatchFacts } from './watch-vm.ts'

export interface SuperviseInput {
  readonly host: Host
  readonly plan: VmPlan
  /** Takes the guest's memory. */
  readonly evidenceDirectory: string
  readonly start: () => Promise<Vm>
  /** Known reports (--allow). */
  readonly allowed: readonly AllowEntry[]
  readonly onConsoleLine?: ((line: string) => void) | undefined
  readonly signal: AbortSignal
}

/** Starts a VM, watches it while the work is done, ends it and reports what was seen. With --keep it is left running, whatever the result of the work. */
export async function superviseVm<Outcome>(input: SuperviseInput, work: VmWork<Outcome>): Promise<{ ended: EndedVm; outcome: Outcome }> {
  const { host, plan, allowed, signal } = input
  const { failOn, gdb } = plan.vm
  const startedAt = host.monotonicMs()
  const vm = await input.start()
  const runningAt = host.monotonicMs()
  const watch = watchVm({
    events: vm.events,
    silenceLimitMs: silenceLimitMs(plan.accel.accel, gdb !== undefined),
    lockupSilenceMs,
    isEnd: (report) => !work.attended && failingReports([report], { failOn, allowed }).length > 0,
    isKunit: plan.vm.kunit !== undefined,
    mostRestarts: work.mostRestarts,
    // Most machines have a timer (PIT, HPET) that ticks in addition to those of the CPUs.
    hasOtherTimer: machines[plan.launch.machine].hasOtherTimer,
    tailLines,
    onLine: input.onConsoleLine,
  })
  const guest: Guest = { host, plan, vm, watch, signal }
  const failingNow = (): boolean => failingReports(watch.facts().console.reports, { failOn, allowed }).length > 0
  const look = async (ending: Ending): Promise<LastLook> => {
    if (!isLookedAt(plan, ending, work)) return {}
    const { lookAtGuest } = await import('./last-look.ts')
    return lookAtGuest(guest, { ending, isFailing: failingNow(), evidenceDirectory: input.evidenceDirectory })
  }
  const { ending, tail, endedAlone, seen } = await workAndEnd(guest, { ...work, look })
  const watched = withoutLateReady(watch.facts(), ending)
  // Whatever the guest made of it is nothing that can be said of the guest.
  const failure = watched.blockError && hostFailure({ event: 'BLOCK_IO_ERROR', data: watched.blockError }, plan.launch)
  if (failure !== undefined) throw failure
  const { hostFailed } = watched
  if (hostFailed !== undefined) throw new UserError(hostFailed.code, hostFailed.message, { hint: hostFailed.hint })
  const facts = { ...watched, tail, console: await decodeConsole(guest, watched.console) }
  const { reports } = facts.console
  const kunit = watch.kunit()
  const ended: EndedVm = {
    plan,
    ending,
    endedAlone,
    facts,
    reports,
    failing: failingReports(reports, {
      failOn,
      allowed,
      kunit: { results: kunit, ownLines: plan.vm.kunit === undefined ? watch.ownLines() : Infinity },
    }),
    allowed: useOfAllowList(allowed, reports),
    look: seen,
    kunit,
    seconds: {
      start: (runningAt - startedAt) / 1000,
      ...bootSeconds(facts),
      command: ending.kind === 'command' ? ending.result.seconds : undefined,
      total: (host.monotonicMs() - startedAt) / 1000,
    },
  }
  return { ended, outcome: work.judge(ended) }
}

/** A guest that became ready after its limit, while its stacks were asked for, was not ready. */
function withoutLateReady(facts: WatchFacts, ending: Ending): WatchFacts {
  return ending.kind === 'limit' && ending.limit.kind === 'boot' ? { ...facts, readyAtMs: undefined } : facts
}

/** Its memory may be wanted, or it hangs and nothing but its memory says where. */
function isLookedAt({ vm }: VmPlan, ending: Ending, { attended }: { readonly attended: boolean }): boolean {
  return vm.dumpOn.length > 0 || (!attended && isHang(ending))
}

interface LookedAt {
  readonly look: (ending: Ending) => Promise<LastLook>
}

async function workAndEnd(guest: Guest, work: VmWork<unknown> & LookedAt): Promise<LeftVm & { readonly ending: Ending }> {
  try {
    const ending = await work.work(guest)
    return { ending, ...(await endVm(guest, ending, work)) }
  } catch (error) {
    if (!guest.plan.vm.keep || guest.signal.aborted) await guest.vm.stop('kill').catch(() => {})
    throw error
  } finally {
    work.close?.()
  }
}

/** How a VM was left. */
interface LeftVm {
  /** The last lines of the console that the guest printed unasked. */
  readonly tail: readonly string[]
  /** QEMU had ended before it was stopped. */
  readonly endedAlone: boolean
  readonly seen: LastLook
}

/** Ends the VM as fast as possible without losing anything. */
async function endVm(guest: Guest, ending: Ending, { attended, look }: { readonly attended: boolean } & LookedAt): Promise<LeftVm> {
  const { host, plan, vm, watch } = guest
  const end = ending.kind === 'over' ? ending.end : ending.kind
  if (end === 'command') await untilCommandReported(host, watch)
  if (end === 'panic') await untilPanicReported(host, watch)
  if (end === 'lockup') await untilReportRead(host, watch)
  const looked = await look(ending)
  const isDumped = !attended && (end === 'limit' || end === 'kunit-silent' || end === 'silent' || end === 'lockup')
  const unasked = [...watch.facts().tail]
  if (isDumped) {
    const { dumpTasks } = await import('./task-dump.ts')
    await dumpTasks(host, vm, watch)
  }
  const isMute = isDumped && looked.inspection === undefined && plan.vm.gdb === undefined && !watch.facts().console.dumped
  const seen = isMute ? { ...looked, ...(await (await import('./last-look.ts')).lookAtMute(guest)) } : looked
  const tail = (): readonly string[] => (isDumped ? unasked : watch.facts().tail)
  // A guest without a clock or a root is of no use.
  if (plan.vm.keep && end !== 'no-timer' && end !== 'agent-failed') {
    await vm[Symbol.asyncDispose]()
    return { tail: tail(), endedAlone: watch.facts().qemu !== undefined, seen }
  }
  const endedAlone = watch.facts().qemu !== undefined
  // Only what the guest may still hold back must be written; everything else is thrown away.
  const isWritten = plan.launch.drives.some((drive) => drive.mode === 'rw')
  const isAlive = end === 'command' || end === 'shell' || end === 'asked'
  await vm.stop(isWritten && isAlive ? 'poweroff' : 'kill')
  // What QEMU wrote before its end is still being read.
  await atMost(host, drainLimitMs, watch.drained)
  return { tail: tail(), endedAlone, seen }
}

/** Events count from the start of QEMU. */
function bootSeconds({ initAtMs, readyAtMs }: WatchFacts): Pick<EndedVm['seconds'], 'kernel' | 'userspace' | 'ready'> {
  const since = (atMs: number | undefined, from: number | undefined) =>
    atMs === undefined || from === undefined ? undefined : Math.max(0, atMs - from) / 1000
  return { kernel: since(initAtMs, 0), userspace: since(readyAtMs, initAtMs), ready: since(readyAtMs, 0) }
}

/** The same facts, their reports with source lines and inlined calls from the kernel's vmlinux; obstacles are logged. */
async function decodeConsole({ host, plan, signal }: Guest, seen: ConsoleFacts): Promise<ConsoleFacts> {
  // Most runs have none: nothing that reads a vmlinux is loaded for them.
  if (seen.reports.length === 0) return seen
  const { decodeReports } = await import('@kernelkit/host/symbolise')
  const { vmlinux, sourceTree, moduleDirectories: modules } = plan.kernel
  const { reports, problems } = await decodeReports(host, {
    vmlinux,
    modules,
    modulesOption: 'module-files',
    source: sourceTree,
    reports: seen.reports,
    signal,
  })
  for (const { message, hint } of problems) host.log.info(`${message}${hint === undefined ? '' : ` Hint: ${hint}`}`)
  return { ...seen, reports }
}
