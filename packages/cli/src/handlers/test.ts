import { basename, join } from 'node:path'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { message, option, type Message } from '@kernelkit/core/errors'
import { writeFor } from '@kernelkit/core/options'
import type { Capacity } from '@kernelkit/core/project'
import { bootRequirements, nodeHost, prepareOutFile, requireAll, writeOutFile, type Host } from '@kernelkit/host'
import { makeEvidenceDirectory, refuseFilesInGuest, runtimeDirectory } from '@kernelkit/vm/internal'
import type { CommandContext, RawOptions } from '../command.ts'
import { signalExitCodes } from '../output/failure.ts'
import { renderFailedTest } from '../suite/failed-test.ts'
import { findTestsFile, splitWords } from '../suite/find-tests-file.ts'
import { planTests, type MadeFiles, type TestPlan } from '../suite/plan-tests.ts'
import { runTests } from '../suite/run-tests.ts'
import { dryRunTests } from '../suite/test-dry-run.ts'
import { documentOf, judgeResults, renderTable, renderTestsJunit, renderVerdictLine } from '../suite/test-summary.ts'
import { makeImage } from './bake.ts'
import { makeKernel } from './build.ts'

/** `kernelkit test`: what kernelkit.yaml says: build, bake, every test in a fresh VM, one summary. */
export async function test(given: CommandContext, words: readonly string[], options: RawOptions): Promise<number> {
  const startedAt = given.host.monotonicMs()
  const { named, names } = splitWords(words)
  const plan = await planTests(given.host, { path: await findTestsFile(given.host, named), names, options })
  // Relative paths of the file, the working directory of its tests: they are the same from wherever they are run.
  const context = { ...given, host: hostIn(given.host, plan.directory) }
  const { host, signal } = context
  if (context.dryRun) return dryRunTests(context, plan)
  const { spec } = plan
  const junit = spec.junit === undefined ? undefined : await prepareOutFile(given.host, { option: 'junit', named: spec.junit })
  if (options['qemu'] === undefined) await requireAll(host, bootRequirements(parseArch(hostArch(host.nodeArch))), { user: 'test' })
  const store = await context.store({ compiles: plan.kernel !== undefined })
  // Each test's own directories are asked about by its VM; what others write to is asked about here.
  const before = plan.tests.map((one) => one.ready({ kernel: undefined, image: undefined, evidence: join(store.root, 'runs') }).wanted)
  await refuseFilesInGuest(host, { wanted: before, store, runtime: await runtimeDirectory(host), junit })
  const made = await makeFiles(context, plan)
  const madeSeconds = secondsSince(host, startedAt)
  const evidence = await makeEvidenceDirectory(host, { store, id: `test-${host.randomHex(3)}`, named: undefined })
  const capacity = { memoryMiB: host.availableMemoryMiB(), cpus: host.cpus, jobs: spec.jobs }
  host.log.info(`tests: ${plan.tests.length} of ${plan.file}, ${writeFor(howMany(capacity), context.reader)}`)
  const results = await runTests({
    host,
    store,
    tests: plan.tests.map((test) => test.ready({ ...made, evidence })),
    capacity,
    failFast: spec.failFast,
    onResult: async (result) => {
      for (const line of await renderFailedTest(host, result)) context.stderr.write(`${line}\n`)
    },
    signal,
  })
  const total = secondsSince(host, startedAt)
  // What was finished is not lost; the end of the command says what ended it.
  const { verdict, exitCode } = signal.aborted ? interruptedBy(signal.reason) : judgeResults(results)
  if (junit !== undefined) await writeOutFile(host, junit, await renderTestsJunit(results, basename(plan.directory)))
  if (context.json)
    context.printJson({
      verdict,
      exitCode,
      seconds: { made: madeSeconds, tests: Math.round((total - madeSeconds) * 1000) / 1000, total },
      file: plan.path,
      ...made,
      tests: results.map(documentOf),
      junit: junit ?? null,
    })
  else {
    context.print(renderTable(results))
  }
  if (!signal.aborted) context.stderr.write(`${renderVerdictLine(results, total)}\n`)
  return exitCode
}

function interruptedBy(reason: unknown): { readonly verdict: string; readonly exitCode: number } {
  const name = reason instanceof Error ? reason.message : ''
  return { verdict: 'interrupted', exitCode: signalExitCodes[name] ?? 125 }
}

/** Kernel and image, from the store when nothing changed. */
async function makeFiles(context: CommandContext, { kernel, image }: TestPlan): Promise<MadeFiles> {
  return {
    kernel: kernel === undefined ? undefined : (await makeKernel(context, kernel)).kernel,
    image: image === undefined ? undefined : (await makeImage(context, image.spec, { force: image.force })).image,
  }
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
