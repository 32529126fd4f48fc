import { join, resolve } from 'node:path'
import { parseArch } from '@kernelkit/core/arch'
import { renderValue } from '@kernelkit/core/kconfig'
import type { KernelSpec } from '@kernelkit/core/options'
import { checkOutPath, findProject, recordProject, runSteps, type Host, type Store } from '@kernelkit/host'
import { planBuild, type BuildPlan, type KernelContext } from './build-plan.ts'
import { copyOut } from './copy-out.ts'
import type { Configuration } from '../configure/configure-kernel.ts'
import { judgeConfiguration, requireMet, type Judgement } from '../configure/judge-configuration.ts'
import { readKernelManifest, type BuildSeconds, type KernelManifest } from './manifest.ts'
import { outSteps } from '../steps.ts'
import { configure, produceKernel, withBuildDirectory } from '../run-steps.ts'

/** A kernel in the store, and in `--out` when that was asked for. */
export interface KernelBuild {
  /** Absolute paths: of the copies in `--out`, else of the store's files. */
  readonly kernel: string
  readonly vmlinux: string
  readonly config: string
  /** Directory of the store with the artifacts and manifest.json. */
  readonly directory: string
  readonly key: string
  readonly cached: boolean
  /** Of this run; a cached answer spends its time in `source`. */
  readonly seconds: BuildSeconds
  readonly manifest: KernelManifest
}

/** Source to kernel: answered from the store when nothing that shapes it changed. */
export async function buildKernel(context: KernelContext, spec: KernelSpec): Promise<KernelBuild> {
  const { host, store, signal } = context
  const started = host.monotonicMs()
  if (spec.out !== undefined) await checkOutPath(host, spec.out)
  const plan = await planBuild(context, spec)
  printPlan(host, plan)
  const spent = { source: plan.seconds, configure: 0, compile: 0 }
  const { entry, cached } = await store.obtain({
    kind: 'kernel',
    material: plan.material,
    produce: (directory) => produceKernel(context, plan, { directory, spent }),
    ...(spec.force ? { force: true } : {}),
    signal,
  })
  const manifest = await readKernelManifest(host, entry.path)
  // A kernel whose configuration check only warned does not answer a request that wants an error.
  if (cached && spec.configCheck === 'error') requireMet({ problems: manifest.unmet })
  const out = spec.out === undefined ? undefined : resolve(host.cwd, spec.out)
  if (out !== undefined) await runSteps(host, outSteps(entry.path, out), { signal, perform: () => copyOut(host, { entry, out, signal }) })
  const at = out ?? entry.path
  const build: KernelBuild = {
    kernel: join(at, manifest.files.kernel),
    vmlinux: join(at, manifest.files.vmlinux),
    config: join(at, manifest.files.config),
    directory: entry.path,
    key: entry.key,
    cached,
    seconds: { ...spent, total: (host.monotonicMs() - started) / 1000 },
    manifest,
  }
  return build
}

/** The configuration that would be built. Makes the tree and a configuration, compiles nothing of the kernel. */
export async function resolveConfiguration(
  context: KernelContext,
  spec: KernelSpec,
): Promise<{ readonly plan: BuildPlan; readonly configuration: Configuration; readonly judgement: Judgement }> {
  const plan = await planBuild(context, spec)
  const configuration = await withBuildDirectory(context, plan, (tree) => configure(context, plan, tree))
  return { plan, configuration, judgement: judgeConfiguration(configuration) }
}

function printPlan(host: Host, { source, spec, toolchain }: BuildPlan): void {
  host.log.info(`source: ${source.label}`)
  const items = spec.config.map((item) =>
    item.kind === 'preset' ? item.name : item.kind === 'file' ? item.path : `${item.request.symbol}=${renderValue(item.request.value)}`,
  )
  host.log.info(
    `configuration: ${spec.base.kind === 'file' ? spec.base.path : spec.base.kind} + ${items.join(' + ')}${spec.defaultConfig ? ' (default presets)' : ''}, ${spec.arch.name}`,
  )
  host.log.detail(
    `compiler: ${toolchain.compilerVersion}; linker: ${toolchain.linkerVersion}; ccache: ${toolchain.ccache ? 'yes' : 'not installed'}`,
  )
}

/** `boot` and `run` find the kernel from the project that it was built in, and from the tree that it was built of. */
export async function recordBuild(
  host: Host,
  store: Store,
  { directory, manifest }: Pick<KernelBuild, 'directory' | 'manifest'>,
): Promise<void> {
  const { userTree } = manifest.source
  const projects = new Set([await findProject(host)])
  if (userTree !== undefined) projects.add(await findProject({ fs: host.fs, cwd: userTree }))
  const [arch, kernel] = [parseArch(manifest.arch).name, join(directory, 'manifest.json')]
  for (const project of projects) await recordProject(host, store, { project, arch, kernel })
}
