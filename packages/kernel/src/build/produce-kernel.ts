import { join } from 'node:path'
import { renderValue } from '@kernelkit/core/kconfig'
import { withTask, type Host } from '@kernelkit/host'
import { ccacheFolderOf, makeOptionsOf, type BuildPlan, type KernelContext } from './build-plan.ts'
import { openWork } from './build-work.ts'
import { collectArtifacts } from './collect-artifacts.ts'
import { compileKernel } from '../compile/compile-kernel.ts'
import { guardObjects } from '../compile/guard-objects.ts'
import { judgeConfiguration, requireMet, type Judgement } from '../configure/judge-configuration.ts'
import { writeKernelManifest, type KernelManifest } from './manifest.ts'

/** Fill the store's folder: configure, verify, compile, collect. */
export async function produceKernel(
  context: KernelContext,
  plan: BuildPlan,
  options: { readonly folder: string; readonly spent: { source: number; configure: number; compile: number } },
): Promise<void> {
  const { host, signal } = context
  const { spec, source, toolchain } = plan
  const { spent, folder } = options
  const work = await openWork(context, plan)
  const lap = stopwatch(host)
  await work.locked(async (tree) => {
    spent.source += lap()
    const configuration = await withTask(host, { title: 'configuring' }, () => work.configure(tree))
    const judgement = judgeConfiguration(configuration)
    sayJudgement(host, judgement)
    if (spec.configCheck === 'error') requireMet(judgement)
    else for (const problem of judgement.problems) host.log.warn(problem)
    await putConfig(host, work.build, configuration.text)
    spent.configure = lap()
    const gdbScripts = configuration.values.get('GDB_SCRIPTS') === 'y'
    const compiled = await guardObjects(host, { marker: work.marker, build: work.build, signal }, () =>
      compileKernel(host, {
        make: makeOptionsOf(plan, { tree, build: work.build, ccache: toolchain.ccache, jobs: spec.jobs ?? host.cpus }),
        targets: [spec.arch.imageTarget, ...(gdbScripts ? ['scripts_gdb'] : [])],
        ccacheFolder: ccacheFolderOf(context),
        optionsOn: [...configuration.values.values()].filter((value) => value === 'y').length,
        logPath: work.logPath,
        signal,
      }),
    )
    spent.compile = lap()
    const artifacts = await collectArtifacts(host, { build: work.build, folder, arch: spec.arch, gdbScripts })
    const manifest: KernelManifest = {
      kind: 'kernel',
      schema: 1,
      key: plan.key,
      arch: spec.arch.name,
      ...artifacts,
      source: { label: source.label, content: source.content, userTree: source.userTree, tree, localVersion: source.localVersion },
      buildDirectory: work.build,
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
    await writeKernelManifest(host, folder, manifest)
  })
}

/** Written only when it differs, so that make sees an unchanged configuration as such; kconfig's own habit keeps the old one. */
async function putConfig(host: Host, build: string, text: string): Promise<void> {
  const path = join(build, '.config')
  const before = await host.fs.readFile(path, 'utf8').catch(() => undefined)
  if (before === text) return
  if (before !== undefined) await host.fs.writeAtomic(`${path}.old`, before)
  await host.fs.writeAtomic(path, text)
}

function sayJudgement(host: Host, judgement: Judgement): void {
  if (judgement.added.length > 0) host.log.info(`dependencies that nobody forbade: ${judgement.added.length}`)
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
