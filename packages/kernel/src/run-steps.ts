import { basename, join } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import { renderValue } from '@kernelkit/core/kconfig'
import { runSteps, withTask, type Host } from '@kernelkit/host'
import type { BuildPlan, KernelContext } from './build/build-plan.ts'
import { writeKernelManifest, type KernelManifest } from './build/manifest.ts'
import { artifactNames, type Extras } from './compile/collect-steps.ts'
import { compileKernel } from './compile/compile-kernel.ts'
import { configureKernel, type Configuration } from './configure/configure-kernel.ts'
import { judgeConfiguration, requireMet, type Judgement } from './configure/judge-configuration.ts'
import { buildDirectoryOf, buildPaths, collectStepsOf, compileStepsOf, configureOptionsOf } from './steps.ts'

/** The configuration of a plan, made in the scratch directory of its build; the caller holds the lock. */
export async function configure(context: KernelContext, plan: BuildPlan, tree: string): Promise<Configuration> {
  const { host, signal } = context
  const options = configureOptionsOf(context, plan, buildPaths(context, plan, tree))
  return configureKernel(host, { ...options, arch: plan.spec.arch, requests: plan.requests, signal })
}

/** Run with the build directory (and a checkout of ours) to itself. */
export async function withBuildDirectory<T>(context: KernelContext, plan: BuildPlan, work: (tree: string) => Promise<T>): Promise<T> {
  const { store, signal } = context
  const { source, workName } = plan
  await store.workDirectory('build', workName)
  const build = buildDirectoryOf(context, plan)
  const options = (waitingFor: string) => ({ waitingFor, signal })
  const inBuild = () => store.withLock(`build-${build}`, async () => work(await source.tree()), options(`the build directory ${build}`))
  return source.exclusive === undefined ? inBuild() : store.withLock(source.exclusive, inBuild, options(`another build of ${source.label}`))
}

/** Fill the store's directory: configure, verify, compile, collect. */
export async function produceKernel(
  context: KernelContext,
  plan: BuildPlan,
  options: { readonly directory: string; readonly spent: { source: number; configure: number; compile: number } },
): Promise<void> {
  const { host, signal } = context
  const { spec, source, toolchain } = plan
  const { spent, directory } = options
  const lap = stopwatch(host)
  await withBuildDirectory(context, plan, async (tree) => {
    spent.source += lap()
    const configuration = await withTask(host, { title: 'configuring' }, () => configure(context, plan, tree))
    const judgement = judgeConfiguration(configuration)
    reportJudgement(host, judgement)
    if (spec.configCheck === 'error') requireMet(judgement)
    else for (const problem of judgement.problems) host.log.warn(problem)
    const paths = buildPaths(context, plan, tree)
    const extras = extrasOf(plan, configuration)
    const steps = compileStepsOf(context, plan, { paths, extras, interrupted: await host.fs.exists(paths.marker) })
    await runSteps(host, steps.before.slice(0, 1), { signal })
    spent.configure = lap()
    const compiled = await compileKernel(host, {
      ...steps,
      before: steps.before.slice(1),
      optionsOn: [...configuration.values.values()].filter((value) => value === 'y').length,
      signal,
    })
    spent.compile = lap()
    await runSteps(host, collectStepsOf(context, plan, { paths, extras, artifacts: directory }), {
      signal,
      endsWithParent: true,
      package: 'kmod',
    })
    const artifacts = await readArtifacts(host, { build: paths.build, artifacts: directory, arch: spec.arch })
    const manifest: KernelManifest = {
      kind: 'kernel',
      schema: 1,
      key: plan.key,
      arch: spec.arch.name,
      ...artifacts,
      source: { label: source.label, content: source.content, userTree: source.userTree, tree, localVersion: source.localVersion },
      buildDirectory: paths.build,
      toolchain: { compiler: toolchain.compilerVersion, linker: toolchain.linkerVersion, ccache: toolchain.ccache },
      makeVariables: spec.makeVariables,
      requested: plan.requests.map(({ symbol, value, origin }) => ({
        symbol,
        value: renderValue(value),
        where: origin.where,
        why: origin.why,
      })),
      added: judgement.added,
      kept: configuration.kept,
      notes: judgement.notes,
      unmet: judgement.problems,
      warnings: judgement.warnings,
      diagnostics: compiled.diagnostics,
      objects: compiled.objects,
      seconds: { ...spent, total: spent.source + spent.configure + spent.compile },
    }
    await writeKernelManifest(host, directory, manifest)
  })
}

/** What the configuration makes in addition to the kernel. */
export function extrasOf({ modules }: Pick<BuildPlan, 'modules'>, { values }: Pick<Configuration, 'values'>): Extras {
  const isOn = (symbol: string): boolean => values.get(symbol) === 'y'
  return {
    gdbScripts: isOn('GDB_SCRIPTS'),
    modules: modules && isOn('MODULES') ? { haveSymbols: isOn('DEBUG_INFO') } : undefined,
  }
}

function reportJudgement(host: Host, judgement: Judgement): void {
  if (judgement.added.length > 0) host.log.info(`dependencies switched: ${judgement.added.length}`)
  for (const line of judgement.added) host.log.info(`  ${line}`)
  for (const note of judgement.notes) host.log.detail(note)
  for (const warning of judgement.warnings) host.log.warn(warning)
}

/** Seconds since the last call. */
function stopwatch(host: Host): () => number {
  let last = host.monotonicMs()
  return () => {
    const now = host.monotonicMs()
    const seconds = (now - last) / 1000
    last = now
    return seconds
  }
}

/** Release, names, sizes and checksums of what was collected. */
async function readArtifacts(
  host: Host,
  options: { readonly build: string; readonly artifacts: string; readonly arch: Pick<Arch, 'imagePath'> },
): Promise<Pick<KernelManifest, 'files' | 'bytes' | 'sha256' | 'release' | 'modules' | 'symbols'>> {
  const { build, artifacts, arch } = options
  const kernel = basename(arch.imagePath)
  const { vmlinux, config, systemMap, gdbScript, types } = artifactNames
  const nameIfThere = async (name: string) => ((await host.fs.exists(join(artifacts, name))) ? name : undefined)
  const sizeOf = async (name: string) => (await host.fs.stat(join(artifacts, name))).size
  const release = (await host.fs.readFile(join(build, 'include', 'config', 'kernel.release'), 'utf8')).trim()
  const [kernelSum, vmlinuxSum, configSum] = await Promise.all(
    [kernel, vmlinux, config].map((name) => host.sha256File(join(artifacts, name))),
  )
  return {
    release,
    files: {
      kernel,
      vmlinux,
      config,
      systemMap: await nameIfThere(systemMap),
      gdbScript: await nameIfThere(gdbScript),
      types: await nameIfThere(types),
    },
    modules: await nameIfThere(join(artifactNames.modules, 'lib/modules', release)),
    symbols: await nameIfThere(artifactNames.symbols),
    bytes: { kernel: await sizeOf(kernel), vmlinux: await sizeOf(vmlinux) },
    sha256: { kernel: kernelSum ?? '', vmlinux: vmlinuxSum ?? '', config: configSum ?? '' },
  }
}
