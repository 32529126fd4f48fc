import { UserError } from '@kernelkit/core/errors'
import { writeFor, type Reader } from '@kernelkit/core/options'
import { quoteArgv } from '@kernelkit/core/shell'
import { launchArgv } from '@kernelkit/core/qemu'
import { planBuild } from '@kernelkit/kernel'
import { openBuildTools } from '@kernelkit/toolchain/tools'
import { planDocument, planForDryRun } from '@kernelkit/vm/internal'
import { lookAtBake } from '../handlers/bake.ts'
import type { CommandContext } from '../command.ts'
import type { MadeFiles, PlannedTest, TestPlan } from './plan-tests.ts'
import { readBaseline } from './run-suite.ts'

/** What each test would boot; a test whose kernel or image has to be made first is planned only then. */
export async function dryRunTests(context: CommandContext, plan: TestPlan): Promise<number> {
  // A run would refuse it.
  if (plan.spec.baseline !== undefined) await readBaseline(context.host, plan.spec.baseline)
  const made: MadeFiles = { kernels: await builtKernels(context, plan), failures: new Map(), image: await bakedImage(context, plan) }
  const missing = [
    ...(made.kernels.size < plan.kernels.length ? ['kernelkit build'] : []),
    ...(plan.image !== undefined && made.image === undefined ? ['kernelkit bake'] : []),
  ]
  const tests = []
  for (const test of plan.tests) tests.push(await showTest(context, test, { made, missing }))
  if (context.json)
    context.printJson({ file: plan.path, kernel: made.kernels.get(undefined) ?? null, image: made.image ?? null, first: missing, tests })
  return 0
}

async function showTest(
  context: CommandContext,
  test: PlannedTest,
  { made, missing }: { readonly made: MadeFiles; readonly missing: readonly string[] },
): Promise<Readonly<Record<string, unknown>>> {
  const what = test.run ?? test.suite
  if (!context.json) context.print(`# test ${test.name}: ${what.replaceAll('\n', '\\n')}`)
  if (missing.length > 0) {
    if (!context.json) context.print(`# first: ${missing.join(', ')} (each has its own --dry-run)`)
    return { name: test.name, run: test.run ?? null, plan: null }
  }
  const { wanted } = test.ready({ ...made, evidence: '' })
  const store = await context.store({ prepares: true })
  const vm = await planForDryRun({ host: context.host, store, wanted }).catch((error: unknown) => {
    throw error instanceof UserError ? fixText(error, wanted.reader ?? context.reader) : error
  })
  if (!context.json) {
    for (const line of vm.lines) context.print(`# ${line}`)
    context.print(quoteArgv(launchArgv(vm.launch, 'standalone')))
  }
  return { name: test.name, run: test.run ?? null, plan: planDocument(vm) }
}

/** The error in the words of one reader for good: the reader of the command does not know the options of this test. */
export function fixText({ code, parts, verdict, details, cause }: UserError, reader: Reader): UserError {
  const hint = parts.hint === undefined ? undefined : writeFor(parts.hint, reader)
  return new UserError(code, writeFor(parts.message, reader), { hint, place: parts.place, verdict, details, cause })
}

/** Those that are in the store. */
async function builtKernels(context: CommandContext, { kernels }: TestPlan): Promise<MadeFiles['kernels']> {
  const built = new Map<string | undefined, string>()
  for (const { config, spec } of kernels) {
    const store = await context.store({ prepares: true })
    await using tools = await openBuildTools(context, store, spec)
    const { key } = await planBuild({ host: tools.host, store, signal: context.signal }, spec)
    const path = spec.force ? undefined : (await store.lookup('kernel', key))?.path
    if (path !== undefined) built.set(config, path)
  }
  return built
}

async function bakedImage(context: CommandContext, { image }: TestPlan): Promise<string | undefined> {
  return image === undefined || image.force ? undefined : (await lookAtBake(context, image.spec)).image
}
