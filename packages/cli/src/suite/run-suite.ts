import { basename, join, resolve } from 'node:path'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { UserError, message, option, type Message } from '@kernelkit/core/errors'
import type { RawOptions } from '@kernelkit/core/options'
import { writeFor } from '@kernelkit/core/options'
import { parseBaseline, type Capacity } from '@kernelkit/core/project'
import { compareWithBaseline, type Comparison, type KnownFailure } from '@kernelkit/core/trials'
import { bootRequirements, nodeHost, prepareOutFile, requireAll, writeOutFile, type Host, type Logger } from '@kernelkit/host'
import { makeEvidenceDirectory, refuseFilesInGuest, runtimeDirectory } from '@kernelkit/vm/internal'
import type { CommandContext } from '../command.ts'
import { makeImage } from '../handlers/bake.ts'
import { makeKernel } from '../handlers/build.ts'
import { interruptedBy } from '../output/failure.ts'
import { openHistory } from '@kernelkit/host/history'
import { renderAgain } from './again-words.ts'
import { renderFailedTest } from './failed-test.ts'
import { recordsOf } from './history-records.ts'
import type { FinishedTest } from './finished-test.ts'
import { nothingMade, type MadeFiles, type TestPlan } from './plan-tests.ts'
import { runTests } from './run-tests.ts'
import { resultsFile, storedResults } from './stored-results.ts'
import { longestFirst } from './longest-first.ts'
import { judgeResults, renderTestsJunit } from './test-summary.ts'

/** How all tests of a plan ended. */
export interface FinishedSuite {
  readonly verdict: string
  readonly exitCode: number
  readonly results: readonly FinishedTest[]
  readonly seconds: { readonly made: number; readonly tests: number; readonly total: number }
  readonly made: MadeFiles
  /** Which of the results may fail, in their order. */
  readonly allowed: readonly boolean[]
  /** With the known failures of --baseline. */
  readonly comparison: Comparison | undefined
  /** Directory with a directory for each test. */
  readonly evidence: string
  readonly junit: string | undefined
}

export interface SuiteOptions {
  readonly command: 'test' | 'matrix'
  readonly options: RawOptions
  /** Shows how far the tests are; default: each is a task of the log. */
  readonly progress?: ((log: Logger) => Progress) | undefined
}

/** What is called as each test starts and ends. */
export interface Progress {
  readonly start: Logger['task']
  readonly onResult: (result: FinishedTest) => void
  /** The last test has ended. */
  readonly end: () => void
}

/** What `kernelkit test` and `matrix` have in common: make what the tests take, run them, write their JUnit document. */
export async function runSuite(
  given: CommandContext,
  plan: TestPlan,
  { command, options, progress }: SuiteOptions,
): Promise<FinishedSuite> {
  const startedAt = given.host.monotonicMs()
  // Relative paths of the file, the working directory of its tests: they are the same from wherever they are run.
  const context = { ...given, host: hostIn(given.host, plan.directory) }
  const { host, signal } = context
  const { spec } = plan
  const junit = spec.junit === undefined ? undefined : await prepareOutFile(given.host, { option: 'junit', named: spec.junit })
  if (options['qemu'] === undefined) await requireAll(host, bootRequirements(parseArch(hostArch(host.nodeArch))), { user: command })
  const known = spec.baseline === undefined ? undefined : await readBaseline(given.host, spec.baseline)
  const store = await context.store({ compiles: plan.kernels.length > 0 })
  // Each test's own directories are asked about by its VM; what others write to is asked about here.
  const before = plan.tests.map((one) => one.ready({ ...nothingMade, evidence: join(store.root, 'runs') }).wanted)
  await refuseFilesInGuest(host, { wanted: before, store, runtime: await runtimeDirectory(host), junit })
  const made = await makeFiles(context, plan, command)
  const madeSeconds = secondsSince(host, startedAt)
  const evidence = await makeEvidenceDirectory(host, { store, id: `${command}-${host.randomHex(3)}`, named: undefined })
  const capacity = { memoryMiB: host.availableMemoryMiB(), cpus: host.cpus, jobs: spec.jobs }
  host.log.info(
    `${command === 'matrix' ? 'cells' : 'tests'}: ${plan.tests.length} of ${plan.file}, ${writeFor(howMany(capacity), context.reader)}`,
  )
  const shown = progress?.(host.log)
  const history = await openHistory(host, store)
  // Of a list of tests the order may mean something, and --fail-fast leaves out what comes later.
  const order = command === 'matrix' && !spec.failFast ? longestFirst(plan, await history.read()) : [...plan.tests.keys()]
  const inOrder = await runTests({
    host,
    store,
    tests: order.flatMap((index) => plan.tests[index]?.ready({ ...made, evidence }) ?? []),
    capacity,
    repeats: spec.repeats,
    failFast: spec.failFast,
    start: shown?.start ?? host.log.task,
    onResult: async (result) => {
      shown?.onResult(result)
      for (const line of await renderFailedTest(host, result)) context.printError(line)
    },
    signal,
  }).finally(() => shown?.end())
  const results = plan.tests.flatMap((_, index) => inOrder[order.indexOf(index)] ?? [])
  const total = secondsSince(host, startedAt)
  const cells = plan.tests.map(({ cell }, index) => ({ cell, state: results[index]?.state }))
  const comparison = known === undefined ? undefined : compareWithBaseline(known, cells, new Date(host.now()).toISOString().slice(0, 10))
  const allowed = cells.map(({ cell }, index) => cell.allowFail || comparison?.cells[index]?.novelty === 'known')
  const records = recordsOf(plan, results, host.now())
  await history.append(records)
  // What was finished is not lost; the end of the command says what ended it.
  const { verdict, exitCode } = signal.aborted
    ? interruptedBy(signal.reason)
    : judgeResults(results, { failOnFlaky: spec.failOnFlaky, allowed })
  if (junit !== undefined) await writeOutFile(host, junit, await renderTestsJunit(results, { name: basename(plan.directory), allowed }))
  const seconds = { made: madeSeconds, tests: Math.round((total - madeSeconds) * 1000) / 1000, total }
  // A named directory holds those of the tests.
  const directory = plan.evidence === undefined ? evidence : resolve(given.host.cwd, plan.evidence)
  const suite = { verdict, exitCode, results, seconds, made, allowed, comparison, evidence: directory, junit }
  await host.fs.mkdir(directory, { recursive: true })
  await writeOutFile(
    host,
    join(directory, resultsFile),
    `${JSON.stringify(storedResults(host, { plan, command, suite, records, again: (name) => renderAgain(context.argv, name) }))}\n`,
  )
  return suite
}

/** The known failures of a file. Throws FILE_NOT_FOUND, and an error with line and column for what it does not understand. */
export async function readBaseline(host: Host, named: string): Promise<readonly KnownFailure[]> {
  const text = await host.fs.readFile(resolve(host.cwd, named), 'utf8').catch((cause: unknown) => {
    if (cause instanceof UserError) throw cause
    throw new UserError('FILE_NOT_FOUND', message`${option('baseline', named)} cannot be read.`, {
      hint: 'Name a file of known failures; an empty one is a list without entries.',
      cause,
    })
  })
  return parseBaseline(text, named)
}

/** Kernels and image, from the store when nothing changed. In a matrix a configuration that cannot be built fails its own cells alone. */
async function makeFiles(context: CommandContext, { kernels, image }: TestPlan, command: SuiteOptions['command']): Promise<MadeFiles> {
  const built = new Map<string | undefined, string>()
  const failures = new Map<string | undefined, UserError>()
  for (const { config, spec } of kernels) {
    try {
      built.set(config, (await makeKernel(context, spec)).kernel)
    } catch (error) {
      const isOfIt = error instanceof UserError && ['build-fail', 'config-fail'].includes(error.verdict)
      if (command === 'test' || !isOfIt) throw error
      context.host.log.warn(`configuration '${config ?? 'of kernel:'}' has no kernel: ${error.message}`)
      failures.set(config, inOneLine(error))
    }
  }
  return {
    kernels: built,
    failures,
    image: image === undefined ? undefined : (await makeImage(context, image.spec, { force: image.force })).image,
  }
}

/** What failed and the first reason: all of them are printed once, not for each cell. */
function inOneLine({ code, message: text, hint, verdict, details, cause }: UserError): UserError {
  const [what = '', reason = ''] = text.split('\n').map((line) => line.trim())
  return new UserError(code, reason === '' ? what : `${what.replace(/:$/, '')}: ${reason}`, { hint, verdict, details, cause })
}

function howMany({ memoryMiB, cpus, jobs }: Capacity): Message {
  return jobs === undefined
    ? `as many at once as fit into ${memoryMiB} MiB of free memory and ${cpus} CPUs`
    : message`${jobs} at once, as ${option('jobs')} says`
}

function hostIn(host: Host, cwd: string): Host {
  return cwd === host.cwd ? host : nodeHost({ log: host.log, env: host.env, cwd })
}

function secondsSince(host: Host, startedAt: number): number {
  return Math.round(host.monotonicMs() - startedAt) / 1000
}
