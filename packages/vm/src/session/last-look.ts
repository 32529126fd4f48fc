import { UserError } from '@kernelkit/core/errors'
import type { DumpVerdict } from '@kernelkit/core/options'
import type { MemoryDump } from '../dump/dump-memory.ts'
import { evidencePath } from '../evidence/evidence-paths.ts'
import { isHang, type Ending, type Guest } from './guest.ts'

/** What was read from outside of a guest before it was ended. */
export interface LastLook {
  /** All that was seen of a guest that hangs, as text. */
  readonly inspection?: readonly string[] | undefined
  /** The part about its CPUs. */
  readonly cpus?: readonly string[] | undefined
  /** Where it is, in a sentence. */
  readonly stuck?: string | undefined
  readonly dump?: MemoryDump | undefined
  /** What the scripts for the dump printed, as text. */
  readonly scripts?: readonly string[] | undefined
}

interface LookInput {
  readonly ending: Ending
  /** Reports of its kernel count. */
  readonly isFailing: boolean
  readonly evidenceDirectory: string
}

/** Reads what a guest holds while QEMU is still there. What cannot be read is said, and changes no verdict. */
export async function lookAtGuest(guest: Guest, input: LookInput): Promise<LastLook> {
  const { plan, watch } = guest
  const { qemu, qemuStopped, guestPanicked, console: seen } = watch.facts()
  // A QEMU that is stopped answers nothing.
  if (qemu !== undefined || qemuStopped) return {}
  const verdict = verdictAhead(input.ending, { isFailing: input.isFailing, panicked: guestPanicked || seen.panic !== undefined })
  const inspected = verdict === 'hang' ? await orSay(guest, 'what the guest does was not seen', () => inspect(guest)) : undefined
  const isWanted = verdict !== undefined && plan.vm.dumpOn.includes(verdict)
  const dump = isWanted ? await orSay(guest, "the guest's memory was not written", () => dumpTo(guest, input)) : undefined
  if (dump === undefined || plan.vm.inspectScripts.length === 0) return { ...inspected, dump }
  const scripts = await orSay(guest, 'scripts for the memory did not run', async () => {
    const { runInspectScripts } = await import('../debugger/inspect-scripts.ts')
    return runInspectScripts(guest.host, {
      scripts: plan.vm.inspectScripts,
      dump: dump.path,
      vmlinux: plan.kernel.vmlinux,
      signal: guest.signal,
    })
  })
  return { ...inspected, dump, scripts }
}

/** The same of a guest that printed no stacks when it was asked: something keeps it from answering. */
export async function lookAtMute(guest: Guest): Promise<LastLook> {
  const { qemu, qemuStopped } = guest.watch.facts()
  if (qemu !== undefined || qemuStopped) return {}
  return (await orSay(guest, 'what the guest does was not seen', () => inspect(guest))) ?? {}
}

// Reading a large vmlinux on a busy machine.
const inspectLimitMs = 120_000
// The stacks come after it.
const gdbLimitMs = 60_000

async function inspect({ host, plan, vm, signal }: Guest): Promise<LastLook> {
  const [{ inspectGuest }, { describeStuck, renderCpus, renderInspection }] = await Promise.all([
    import('../inspect/inspect-guest.ts'),
    import('../inspect/render-inspection.ts'),
  ])
  const { vmlinux, release, sourceTree, moduleDirectories: modules } = plan.kernel
  const limit = AbortSignal.any([signal, AbortSignal.timeout(inspectLimitMs)])
  const seen = await inspectGuest(host, {
    vm,
    directory: plan.launch.overlayDirectory ?? plan.launch.runtimeDirectory,
    vmlinux,
    release,
    source: sourceTree,
    modules,
    signal: limit,
    gdbLimitMs,
  })
  return { inspection: renderInspection(seen), cpus: renderCpus(seen), stuck: describeStuck(seen) }
}

async function dumpTo({ host, plan, vm }: Guest, { evidenceDirectory }: LookInput): Promise<MemoryDump> {
  const { dumpMemory } = await import('../dump/dump-memory.ts')
  const dump = await dumpMemory(host, {
    vm,
    directory: plan.launch.overlayDirectory ?? plan.launch.runtimeDirectory,
    path: evidencePath(evidenceDirectory, 'dump'),
    format: 'kdump',
    vmlinux: plan.kernel.vmlinux,
    release: plan.kernel.release,
  })
  for (const note of dump.notes) host.log.info(note)
  return dump
}

async function orSay<T>({ host, signal }: Guest, what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    const hint = error instanceof UserError && error.hint !== undefined ? ` Hint: ${error.hint}` : ''
    host.log.warn(`${what}: ${error instanceof Error ? error.message : String(error)}${hint}`)
    return undefined
  }
}

/** The verdict that the guest is about to get, as far as its memory is wanted for it. */
export function verdictAhead(
  ending: Ending,
  { isFailing, panicked }: { readonly isFailing: boolean; readonly panicked: boolean },
): DumpVerdict | undefined {
  if (panicked) return 'panic'
  if (isHang(ending)) return 'hang'
  if (ending.kind === 'limit') return 'timeout'
  if (ending.kind === 'command' && ending.result.exitCode !== 0) return 'fail'
  return isFailing ? 'splat' : undefined
}
