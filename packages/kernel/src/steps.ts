import { dirname, join, resolve } from 'node:path'
import { compileEnvironment, makeArgv, type MakeOptions } from '@kernelkit/core/kbuild'
import type { Plan, PlanVariable, RunStep, Step } from '@kernelkit/core/plan'
import { ccacheDirectoryOf, makeOptionsOf, type BuildPlan, type KernelContext } from './build/build-plan.ts'
import { compileSteps, type CompileSteps } from './compile/compile-steps.ts'
import { collectSteps, type Extras } from './compile/collect-steps.ts'
import type { ConfigureRound } from './configure/configure-kernel.ts'
import { baseSteps, configPath, roundSteps, type ConfigureStepOptions } from './configure/configure-steps.ts'

/** The directories and files of one build. */
export interface BuildPaths {
  readonly tree: string
  readonly build: string
  /** Files of the configuration. */
  readonly scratch: string
  /** Everything that make printed. */
  readonly log: string
  /** There while make compiles. */
  readonly marker: string
}

/** The build directory, also to inspect or to run make by hand. */
export function buildDirectoryOf({ host, store }: Pick<KernelContext, 'host' | 'store'>, { spec, source, workName }: BuildPlan): string {
  if (spec.inTree && source.userTree !== undefined) return source.userTree
  return spec.buildDirectory === undefined ? join(store.root, 'build', workName, 'out') : resolve(host.cwd, spec.buildDirectory)
}

export function buildPaths(context: Pick<KernelContext, 'host' | 'store'>, plan: BuildPlan, tree: string): BuildPaths {
  const directory = join(context.store.root, 'build', plan.workName)
  return {
    tree,
    build: buildDirectoryOf(context, plan),
    scratch: join(directory, 'config'),
    log: join(directory, 'make.log'),
    marker: join(directory, 'compiling'),
  }
}

/** What the steps of the configuration are made from. */
export function configureOptionsOf(
  context: Pick<KernelContext, 'host' | 'store'>,
  plan: BuildPlan,
  { tree, build, scratch }: Pick<BuildPaths, 'tree' | 'build' | 'scratch'>,
): ConfigureStepOptions {
  const { spec, baseFile } = plan
  return {
    arch: spec.arch,
    base: spec.base,
    baseFile,
    make: makeOptionsOf(plan, { tree, build, ccache: plan.toolchain.ccache }),
    ccacheDirectory: ccacheDirectoryOf(context),
    scratch,
  }
}

export interface CompileStepOptions {
  readonly paths: BuildPaths
  readonly extras: Extras
  /** The last build here was killed. */
  readonly interrupted: boolean
}

/** From the configuration to the kernel. */
export function compileStepsOf(
  context: Pick<KernelContext, 'host' | 'store'>,
  plan: BuildPlan,
  { paths, extras, interrupted }: CompileStepOptions,
): CompileSteps & { readonly make: MakeOptions } {
  const { spec, toolchain } = plan
  const { tree, build, scratch, log, marker } = paths
  const make = makeOptionsOf(plan, { tree, build, ccache: toolchain.ccache, jobs: spec.jobs ?? context.host.cpus })
  const compile: RunStep = {
    kind: 'run',
    why: 'compile',
    argv: makeArgv(make, [
      spec.arch.imageTarget,
      ...(extras.modules === undefined ? [] : ['modules']),
      ...(extras.gdbScripts ? ['scripts_gdb'] : []),
    ]),
    env: compileEnvironment(make, ccacheDirectoryOf(context)),
    log,
  }
  return { make, ...compileSteps({ config: configPath({ scratch }), build, marker, interrupted, compile }) }
}

/** From the build directory to the artifacts. */
export function collectStepsOf(
  context: Pick<KernelContext, 'host' | 'store'>,
  plan: BuildPlan,
  { paths, extras, artifacts }: Pick<CompileStepOptions, 'paths' | 'extras'> & { readonly artifacts: string },
): readonly Step[] {
  const { tree, build, scratch } = paths
  const make = makeOptionsOf(plan, { tree, build, ccache: plan.toolchain.ccache, jobs: plan.spec.jobs ?? context.host.cpus })
  return collectSteps({
    build,
    artifacts,
    scratch,
    arch: plan.spec.arch,
    extras,
    make: makeArgv(make, []),
    env: compileEnvironment(make, ccacheDirectoryOf(context)),
  })
}

export interface BuildStepOptions extends CompileStepOptions {
  readonly source: readonly Step[]
  /** Every question to kconfig; the last one may be missing, and why. */
  readonly rounds: readonly ConfigureRound[]
  readonly pending: string | undefined
  /** Directory for the artifacts. */
  readonly artifacts: string
  /** Directory of the user for a copy. */
  readonly out: string | undefined
  readonly until: 'configuration' | 'kernel'
}

/** Everything that a build does, in order. */
export function buildSteps(context: Pick<KernelContext, 'host' | 'store'>, plan: BuildPlan, options: BuildStepOptions): Plan {
  const { paths, source, rounds, pending, artifacts, out } = options
  const { spec } = plan
  const configure = configureOptionsOf(context, plan, paths)
  const { before, compile, after } = compileStepsOf(context, plan, options)
  const steps: readonly Step[] = [
    ...source,
    ...baseSteps(configure),
    ...rounds.flatMap((round) => roundSteps(configure, round)),
    ...(pending === undefined ? [] : [{ kind: 'pending', why: pending } as const]),
    ...(options.until === 'configuration'
      ? []
      : [...before, compile, ...after, ...collectStepsOf(context, plan, options), ...(out === undefined ? [] : outSteps(artifacts, out))]),
  ]
  return {
    title: `kernel from ${plan.source.label}, ${spec.arch.name}, key ${plan.key}`,
    steps,
    variables: variablesOf(context, plan, options),
  }
}

/** `--out`. */
export function outSteps(artifacts: string, out: string): readonly Step[] {
  return [{ kind: 'copy-tree', why: 'a copy for you', from: artifacts, to: out }]
}

/** Long texts of the steps. */
function variablesOf(
  { store }: Pick<KernelContext, 'store'>,
  plan: BuildPlan,
  { paths, artifacts }: Pick<BuildStepOptions, 'paths' | 'artifacts'>,
): readonly PlanVariable[] {
  const { tree, build, scratch } = paths
  const make = makeArgv(makeOptionsOf(plan, { tree, build, ccache: false }), [])
  const flags = make.find((word) => word.startsWith('KCFLAGS='))?.slice('KCFLAGS='.length)
  return [
    { name: 'store', value: store.root },
    { name: 'tree', value: tree },
    { name: 'work', value: dirname(scratch) },
    ...(build === tree ? [] : [{ name: 'build', value: build }]),
    ...(flags === undefined ? [] : [{ name: 'prefix_maps', value: flags }]),
    { name: 'artifacts', value: artifacts, perRun: true },
  ]
}

/** Name pattern of a directory whose name differs in every run: mktemp(1) makes it. */
export function artifactsPattern(plan: Pick<BuildPlan, 'key'>): string {
  return join('/tmp', `kernelkit-${plan.key.slice(0, 12)}-XXXXXX`)
}
