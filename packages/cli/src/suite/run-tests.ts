import { join } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { writeError, writeFor } from '@kernelkit/core/options'
import type { Capacity } from '@kernelkit/core/project'
import { isRunAgain, type RepeatPlan } from '@kernelkit/core/trials'
import type { Host, Logger, Store } from '@kernelkit/host'
import { runInVm, type WantedVm } from '@kernelkit/vm/internal'
import { fileStreams } from '../handlers/vm-streams.ts'
import { finishTest, verdictsOf, type FinishedTest } from './finished-test.ts'
import { createGuestSlots, type GuestSlots } from './guest-slots.ts'
import { repeatedWarnings, type RepeatedWarnings } from './repeated-warnings.ts'
import { reasonOf, verdictOf, type TestResult } from './test-result.ts'

/** A test whose VM is described. */
export interface ReadyTest {
  readonly name: string
  readonly wanted: WantedVm
  readonly argv: readonly string[]
  /** Known before it begins: no VM is started. */
  readonly failure?: UserError | undefined
}

export interface RunTestsInput {
  readonly host: Host
  readonly store: Store
  readonly tests: readonly ReadyTest[]
  readonly capacity: Capacity
  readonly repeats: RepeatPlan
  readonly failFast: boolean
  /** Called as each run of a test starts, with its title. */
  readonly start: Logger['task']
  /** Called as each test ends. */
  readonly onResult: (result: FinishedTest) => Promise<void>
  readonly signal: AbortSignal
}

/** Every test in a fresh VM, as many at once as there is room for; results in the order of the tests. Ends only when no VM is left; an interruption leaves the results that there are. */
export async function runTests(input: RunTestsInput): Promise<readonly FinishedTest[]> {
  const stop = new AbortController()
  const signal = AbortSignal.any([input.signal, stop.signal])
  const slots = createGuestSlots(input.capacity)
  const warnings = repeatedWarnings(input.host.log)
  const pending: Promise<FinishedTest>[] = []
  for (const test of input.tests) {
    const started = Promise.withResolvers<void>()
    const ended = runRepeated({ ...input, signal, interruption: input.signal, test, slots, warnings, onStart: started.resolve }).then(
      async (result) => {
        if (input.failFast && result.state !== 'pass' && result.state !== 'flaky') stop.abort()
        if (result.state !== undefined) await input.onResult(result)
        return result
      },
      (error: unknown) => {
        // A bug of ours: the other VMs end too.
        stop.abort()
        throw error
      },
    )
    pending.push(ended)
    // The next one is got ready while this one runs.
    await Promise.race([started.promise, ended.catch(() => {})])
  }
  const settled = await Promise.allSettled(pending)
  warnings.end()
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}

interface OneTest extends RunTestsInput {
  readonly test: ReadyTest
  readonly slots: GuestSlots
  readonly warnings: RepeatedWarnings
  readonly onStart: () => void
  /** The user's interruption; `signal` is also aborted by --fail-fast. */
  readonly interruption: AbortSignal
}

/** One test, as often as the plan says, each time in a fresh VM. */
async function runRepeated(input: OneTest): Promise<FinishedTest> {
  const { repeats, host } = input
  const first = await runTest(input, 1)
  const more: TestResult[] = []
  let last = first
  while (verdictOf(last) !== undefined && isRunAgain(repeats, verdictsOf([first, ...more]))) {
    last = await runTest(input, more.length + 2)
    more.push(last)
    // Thousands of runs that passed would fill the disk; the first one shows what a pass looks like.
    if (verdictOf(last) === 'pass' && last.kind === 'run' && !isDecisive(repeats))
      await host.fs.rm(last.run.prepared.evidenceDirectory, { recursive: true, force: true })
  }
  return finishTest(repeats, first, more)
}

/** A retry that passes decides: its evidence stays. */
function isDecisive({ retries }: RepeatPlan): boolean {
  return retries > 0
}

/** What further runs write is below that of the first. */
function wantedFor({ wanted }: ReadyTest, run: number): WantedVm {
  if (run === 1) return wanted
  const within = `run-${run}`
  const { evidence, artifacts } = wanted
  return {
    ...wanted,
    ...(evidence === undefined ? {} : { evidence: join(evidence, within) }),
    ...(artifacts === undefined ? {} : { artifacts: { ...artifacts, path: join(artifacts.path, within) } }),
  }
}

async function runTest(
  { host, store, test, slots, warnings, signal, interruption, start, onStart }: OneTest,
  run: number,
): Promise<TestResult> {
  const { name, argv } = test
  const title = run === 1 ? name : `${name} (run ${run})`
  const wanted = wantedFor(test, run)
  const reader = wanted.reader ?? { door: 'command' }
  let task: ReturnType<Logger['task']> | undefined
  const leftOut = {
    name,
    kind: 'left-out',
    reason: writeFor(message`not run: another test failed (${option('fail-fast')}).`, reader),
  } as const
  const stopped = { ...leftOut, reason: writeFor(message`stopped: another test failed (${option('fail-fast')}).`, reader) }
  const unfinished = () => (interruption.aborted ? ({ name, kind: 'interrupted' } as const) : task === undefined ? leftOut : stopped)
  if (signal.aborted) return { ...unfinished(), seconds: 0 }
  let startedAt = host.monotonicMs()
  const seconds = () => (host.monotonicMs() - startedAt) / 1000
  let release = () => {}
  const log = namedLog(host.log, title, warnings)
  try {
    if (test.failure !== undefined) throw test.failure
    const finished = await runInVm({
      host: { ...host, log },
      store,
      wanted,
      argv,
      onPrepared: async ({ plan }) => {
        // Of an earlier start of this VM, which has ended.
        release()
        release = await slots.take({ memoryMiB: plan.launch.memoryMiB, cpus: plan.vm.cpus ?? 1 }, signal)
        for (const line of plan.lines) log.info(line)
        for (const line of plan.warnings) log.warn(line)
        signal.throwIfAborted()
        startedAt = host.monotonicMs()
        task ??= start(title)
        onStart()
      },
      openStreams: async (to) => fileStreams(host, { directory: to, stdin: undefined, mostBytes: wanted.spec.logLimitBytes }),
      signal,
    })
    const result: TestResult = {
      name,
      kind: 'run',
      run: finished,
      seconds: seconds(),
      stdout: finished.paths.stdout ?? '',
      stderr: finished.paths.stderr ?? '',
    }
    if (verdictOf(result) === 'pass') task?.done()
    else task?.fail(`${verdictOf(result) ?? ''}: ${reasonOf(result)}`)
    for (const line of finished.warnings) log.warn(line)
    return result
  } catch (thrown) {
    if (signal.aborted) {
      task?.stop(interruption.aborted ? 'interrupted' : writeFor(message`another test failed (${option('fail-fast')})`, reader))
      // One that waited for its turn has not begun.
      return { ...unfinished(), seconds: task === undefined ? 0 : seconds() }
    }
    if (!(thrown instanceof UserError)) throw thrown
    const error = writeError(thrown, reader)
    const text = `${error.verdict}: ${error.message}`
    if (task === undefined) warnings.warn(title, text)
    else task.fail(text)
    return { name, kind: 'error', error, seconds: seconds() }
  } finally {
    release()
  }
}

/** Lines that are printed while several tests run begin with the name of their test; decisions are details here. */
function namedLog(log: Logger, name: string, warnings: RepeatedWarnings): Logger {
  return {
    ...log,
    info: (text) => log.detail(`${name}: ${text}`),
    detail: (text) => log.detail(`${name}: ${text}`),
    warn: (text) => warnings.warn(name, text),
    task: (text) => log.task(`${name}: ${text}`),
  }
}
