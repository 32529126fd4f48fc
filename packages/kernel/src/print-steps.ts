import { join, resolve } from 'node:path'
import type { Plan } from '@kernelkit/core/plan'
import type { BuildPlan, KernelContext } from './build/build-plan.ts'
import { configureKernel, firstRound, type ConfigureRound } from './configure/configure-kernel.ts'
import { wantsGdbScripts } from './run-steps.ts'
import { artifactsPattern, buildPaths, buildSteps, configureOptionsOf, type BuildStepOptions } from './steps.ts'

/**
 * What `build --dry-run` prints: the steps that a build executes. How often kconfig is asked depends on its answers, so it is
 * asked, in a temporary directory; a source that is not here yet leaves the list open at this place.
 */
export async function listSteps(
  context: KernelContext,
  plan: BuildPlan,
  { until = 'kernel' }: { readonly until?: BuildStepOptions['until'] } = {},
): Promise<Plan> {
  const { host } = context
  const { source, spec } = plan
  const paths = buildPaths(context, plan, source.plannedTree)
  const { rounds, gdbScripts } = await rehearse(context, plan)
  return buildSteps(context, plan, {
    source: await source.steps(),
    paths,
    rounds,
    pending:
      gdbScripts === undefined
        ? 'Not known before the source is here: dependencies that the options lack. Run the steps above, then --dry-run again.'
        : undefined,
    gdbScripts: gdbScripts ?? false,
    interrupted: await host.fs.exists(paths.marker),
    artifacts: artifactsPattern(plan),
    out: spec.out === undefined ? undefined : resolve(host.cwd, spec.out),
    until,
  })
}

interface Rehearsal {
  readonly rounds: readonly ConfigureRound[]
  /** Unknown without the source. */
  readonly gdbScripts: boolean | undefined
}

/** The configuration as a build makes it, with a build directory that goes away; ccache, which is the store's, is left out. */
async function rehearse(context: KernelContext, plan: BuildPlan): Promise<Rehearsal> {
  const { host, signal } = context
  await using temporary = await host.tempDir('kernelkit-plan-')
  const tree = await plan.source.treeToConfigure(join(temporary.path, 'source'))
  if (tree === undefined) return { rounds: [firstRound({ requests: plan.requests, base: plan.spec.base })], gdbScripts: undefined }
  const withoutCache: BuildPlan = { ...plan, toolchain: { ...plan.toolchain, ccache: false } }
  const paths = { tree, build: join(temporary.path, 'out'), scratch: join(temporary.path, 'config') }
  const options = configureOptionsOf(context, withoutCache, paths)
  const configuration = await configureKernel(host, { ...options, arch: plan.spec.arch, requests: plan.requests, signal })
  return { rounds: configuration.rounds, gdbScripts: wantsGdbScripts(configuration) }
}
