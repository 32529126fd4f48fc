import type { ExecResult, Vm } from '../vm.ts'
import { firstOf, type ReachedLimit } from './first-of.ts'
import { bootLimitMs, drainLimitMs } from './limits.ts'
import type { RunInput } from './run-command.ts'
import { untilCommandReported, untilPanicReported, untilReportRead } from './settle-console.ts'
import { systemIsUp, type NoSystemd } from './system-is-up.ts'
import { dumpTasks } from './task-dump.ts'
import { untilKunitEnds, type KunitEnding } from './until-kunit-ends.ts'
import type { VmEnd, VmWatch } from './watch-vm.ts'

/** What ended a run. */
export type RunEnding =
  | { readonly kind: 'command'; readonly result: ExecResult }
  | { readonly kind: 'over'; readonly end: VmEnd }
  | KunitEnding
  | NoSystemd
  | ReachedLimit

/** A run that goes on. */
interface Running {
  readonly input: RunInput
  readonly vm: Vm
  readonly watch: VmWatch
}

/** From the start of QEMU to the end of the command, or to whatever comes before it. */
export async function untilRunEnds({ input, vm, watch }: Running): Promise<RunEnding> {
  const { host, plan, signal } = input
  const over = watch.over.then((end): RunEnding => ({ kind: 'over', end }))
  const bootMs = bootLimitMs(plan.spec.bootTimeoutMs, plan.accel.accel)
  if (plan.spec.kunit !== undefined) return untilKunitEnds<RunEnding>({ host, spec: plan.spec, watch, signal, bootMs, over })
  const early = await firstOf<RunEnding | 'ready'>({
    host,
    signal,
    limit: { kind: 'boot', ms: bootMs },
    paused: plan.spec.waitForDebugger,
    of: [watch.ready, over],
  })
  if (early !== 'ready') return early
  if (plan.spec.init.kind === 'path' && plan.spec.init.systemd) {
    const waiting = new AbortController()
    const up = systemIsUp(host, vm, waiting.signal)
    const limit = { kind: 'boot', ms: bootMs } as const
    const settled = await firstOf<RunEnding | 'up'>({ host, signal, limit, paused: false, of: [up, over] }).finally(() => waiting.abort())
    if (settled !== 'up') return settled
  }
  const controller = new AbortController()
  const running = vm.exec({
    argv: input.argv,
    env: input.env,
    cwd: plan.shares.cwd,
    stdout: input.stdout,
    announced: true,
    signal: controller.signal,
    ...(input.tty === undefined ? { stderr: input.stderr } : { tty: input.tty }),
    stdin: input.stdin,
  })
  input.onResizable?.((columns, rows) => running.resize(columns, rows))
  const commandMs = plan.spec.timeoutMs
  const ended = running.result.then(
    (result): RunEnding => ({ kind: 'command', result }),
    // The guest or the agent went away under the command: what the watch sees tells why.
    () => over,
  )
  const ending = await firstOf<RunEnding>({
    host,
    signal,
    limit: commandMs === undefined ? undefined : { kind: 'command', ms: commandMs },
    paused: false,
    of: [ended, over],
  })
  if (ending.kind === 'limit' && plan.spec.keep) controller.abort()
  return ending
}

/** Ends the VM as fast as nothing is lost by it. Answers with the last lines of the console that the guest printed unasked. */
export async function finishRun({ input, vm, watch, ending }: Running & { readonly ending: RunEnding }): Promise<readonly string[]> {
  const { host, plan } = input
  const end = ending.kind === 'over' ? ending.end : ending.kind
  if (end === 'command') await untilCommandReported(host, watch)
  if (end === 'panic') await untilPanicReported(host, watch)
  if (end === 'lockup') await untilReportRead(host, watch)
  const isStuck = end === 'limit' || end === 'kunit-silent' || end === 'silent' || end === 'lockup'
  const unasked = [...watch.facts().tail]
  if (isStuck) await dumpTasks(host, vm, watch)
  const tail = (): readonly string[] => (isStuck ? unasked : watch.facts().tail)
  if (plan.spec.keep && end !== 'no-timer') {
    await vm[Symbol.asyncDispose]()
    return tail()
  }
  // Only what the guest may still hold back must be written; everything else is thrown away.
  const isKept = plan.launch.drives.some((drive) => drive.mode === 'rw')
  await vm.stop(isKept && ending.kind === 'command' ? 'poweroff' : 'kill')
  // What QEMU wrote before its end is still being read.
  await Promise.race([watch.drained, host.sleep(drainLimitMs)])
  return tail()
}
