import { join, resolve } from 'node:path'
import type { Plan } from '@kernelkit/core/plan'
import type { BuildPlan, KernelContext } from './build/build-plan.ts'
import { configureKernel, firstRound, type ConfigureRound } from './configure/configure-kernel.ts'
import type { Extras } from './compile/collect-steps.ts'
import { extrasOf } from './run-steps.ts'
import { artifactsPattern, buildPaths, buildSteps, configureOptionsOf, type BuildStepOptions } from './steps.ts'

/**
 * What `build --dry-run` prints: the steps that a build executes. The number of kconfig runs depends on their results, so they
 * are made, in a temporary directory; without the source, the list has a gap there.
 */
export async function listSteps(
  context: KernelContext,
  plan: BuildPlan,
  { until = 'kernel', asksSource = true }: ListOptions = {},
): Promise<Plan> {
  const { host } = context
  const { source, spec } = plan
  const paths = buildPaths(context, plan, source.plannedTree)
  const { rounds, extras } = await (asksSource ? rehearse(context, plan) : withoutSource(plan))
  return buildSteps(context, plan, {
    source: await source.steps(),
    paths,
    rounds,
    pending: extras === undefined ? (asksSource ? notFetched : notAsked) : undefined,
    extras: extras ?? { gdbScripts: false, modules: plan.modules ? { haveSymbols: true } : undefined },
    interrupted: await host.fs.exists(paths.marker),
    artifacts: artifactsPattern(plan),
    out: spec.out === undefined ? undefined : resolve(host.cwd, spec.out),
    until,
  })
}

export interface ListOptions {
  readonly until?: BuildStepOptions['until']
  /** `false`: the source's own Makefile is not started, and the list has a gap there. */
  readonly asksSource?: boolean
}

const notFetched =
  'Not known before the source is fetched: dependencies that the options lack. Run the steps above, then use --dry-run again.'
const notAsked =
  'Not known before make runs in the source that kernelkit.yaml names: dependencies that the options lack. Use --dry-run again after `kernelkit trust`.'

interface Rehearsal {
  readonly rounds: readonly ConfigureRound[]
  /** Unknown without the source. */
  readonly extras: Extras | undefined
}

/** The configuration as a build makes it, in a temporary build directory; ccache, which belongs to the store, is left out. */
async function rehearse(context: KernelContext, plan: BuildPlan): Promise<Rehearsal> {
  const { host, signal } = context
  await using temporary = await host.tempDir('kernelkit-plan-')
  const tree = await plan.source.treeToConfigure(join(temporary.path, 'source'))
  if (tree === undefined) return withoutSource(plan)
  const withoutCache: BuildPlan = { ...plan, toolchain: { ...plan.toolchain, ccache: false } }
  const paths = { tree, build: join(temporary.path, 'out'), scratch: join(temporary.path, 'config') }
  const options = configureOptionsOf(context, withoutCache, paths)
  const configuration = await configureKernel(host, { ...options, arch: plan.spec.arch, requests: plan.requests, signal })
  return { rounds: configuration.rounds, extras: extrasOf(plan, configuration) }
}

function withoutSource({ requests, spec }: BuildPlan): Rehearsal {
  return { rounds: [firstRound({ requests, base: spec.base })], extras: undefined }
}
