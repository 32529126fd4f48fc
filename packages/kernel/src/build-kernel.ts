import { join, resolve } from 'node:path'
import { renderValue } from '@kernelkit/core/kconfig'
import type { KernelSpec } from '@kernelkit/core/spec'
import type { Host, StoreEntry } from '@kernelkit/host'
import { ccacheFolderOf, makeOptionsOf, planBuild, type BuildPlan, type KernelContext } from './build-plan.ts'
import { collectArtifacts } from './collect-artifacts.ts'
import { compileKernel } from './compile/compile-kernel.ts'
import { guardObjects } from './compile/guard-objects.ts'
import { configureKernel, type Configuration } from './configure/configure-kernel.ts'
import { judgeConfiguration, requireMet, type Judgement } from './configure/judge-configuration.ts'
import type { BuildSeconds, KernelManifest } from './manifest.ts'

/** A kernel in the store. */
export interface KernelBuild {
  /** Absolute paths. */
  readonly kernel: string
  readonly vmlinux: string
  readonly config: string
  /** Folder with the artifacts and manifest.json. */
  readonly folder: string
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
  const plan = await planBuild(context, spec)
  sayPlan(host, plan)
  const spent = { source: plan.seconds, configure: 0, compile: 0 }
  const { entry, cached } = await store.obtain({
    kind: 'kernel',
    material: plan.material,
    produce: (folder) => produceKernel(context, plan, { folder, spent }),
    ...(spec.force ? { force: true } : {}),
    signal,
  })
  const manifest = await readKernelManifest(host, entry)
  // A build that went on with a warning is no answer to a request that wants an error.
  if (cached && spec.configCheck === 'error') requireMet({ problems: manifest.unmet })
  const kernel = join(entry.path, manifest.files.kernel)
  if (spec.out !== undefined) await copyOut(host, { entry, out: resolve(host.cwd, spec.out) })
  const build: KernelBuild = {
    kernel,
    vmlinux: join(entry.path, manifest.files.vmlinux),
    config: join(entry.path, manifest.files.config),
    folder: entry.path,
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
  const work = await openWork(context, plan)
  const configuration = await work.locked(async (tree) => work.configure(tree))
  return { plan, configuration, judgement: judgeConfiguration(configuration) }
}

export async function readKernelManifest(host: Host, entry: Pick<StoreEntry, 'path'>): Promise<KernelManifest> {
  return JSON.parse(await host.fs.readFile(join(entry.path, 'manifest.json'), 'utf8')) as KernelManifest
}

function sayPlan(host: Host, { source, spec, toolchain }: BuildPlan): void {
  host.log.info(`source: ${source.label}`)
  const items = spec.config.map((item) =>
    item.kind === 'preset' ? item.name : item.kind === 'file' ? item.path : item.request.origin.where.replace('--config ', ''),
  )
  host.log.info(
    `configuration: ${spec.base.kind === 'file' ? spec.base.path : spec.base.kind} + ${items.join(' + ')}${spec.defaultConfig ? ' (default presets)' : ''}, ${spec.arch.name}`,
  )
  host.log.detail(
    `compiler: ${toolchain.compilerVersion}; linker: ${toolchain.linkerVersion}; ccache: ${toolchain.ccache ? 'yes' : 'not installed'}`,
  )
}

/** Folder of the build, for those who want to look or to run make by hand. */
export function buildDirectoryOf({ host, store }: Pick<KernelContext, 'host' | 'store'>, { spec, source, workName }: BuildPlan): string {
  if (spec.inTree && source.userTree !== undefined) return source.userTree
  return spec.buildDirectory === undefined ? join(store.root, 'build', workName, 'out') : resolve(host.cwd, spec.buildDirectory)
}

interface Work {
  readonly build: string
  readonly logPath: string
  /** There while make runs. */
  readonly marker: string
  /** Run with the build directory (and a checkout of ours) to itself. */
  locked<T>(work: (tree: string) => Promise<T>): Promise<T>
  configure(tree: string): Promise<Configuration>
}

async function openWork(context: KernelContext, plan: BuildPlan): Promise<Work> {
  const { host, store, signal } = context
  const { spec, source, workName } = plan
  const folder = await store.workFolder('build', workName)
  const scratch = join(folder, 'config')
  const build = buildDirectoryOf(context, plan)
  const options = (waitingFor: string) => ({ waitingFor, signal })
  return {
    build,
    logPath: join(folder, 'make.log'),
    marker: join(folder, 'compiling'),
    locked: (work) => {
      const inBuild = () => store.withLock(`build-${build}`, async () => work(await source.tree()), options(`the build directory ${build}`))
      return source.exclusive === undefined
        ? inBuild()
        : store.withLock(source.exclusive, inBuild, options(`another build of ${source.label}`))
    },
    configure: async (tree) => {
      await host.fs.mkdir(scratch, { recursive: true })
      await host.fs.mkdir(build, { recursive: true })
      return configureKernel(host, {
        arch: spec.arch,
        base: spec.base,
        baseText: plan.baseText,
        requests: plan.requests,
        make: makeOptionsOf(plan, { tree, build, ccache: plan.toolchain.ccache }),
        ccacheFolder: ccacheFolderOf(context),
        scratch,
        signal,
      })
    },
  }
}

/** Fill the store's folder: configure, verify, compile, collect. */
async function produceKernel(
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
    const configuration = await withTask(host, 'configuring', () => work.configure(tree))
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
      added: judgement.notes.filter((note) => /^[+-]/.test(note)),
      kept: configuration.kept,
      notes: judgement.notes.filter((note) => !/^[+-]/.test(note)),
      unmet: judgement.problems,
      warnings: judgement.warnings,
      diagnostics: compiled.diagnostics,
      objects: compiled.objects,
      seconds: { ...spent, total: spent.source + spent.configure + spent.compile },
    }
    await host.fs.writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
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
  const changes = judgement.notes.filter((note) => /^[+-]/.test(note))
  if (changes.length > 0) host.log.info(`dependencies that nobody forbade: ${changes.length}`)
  for (const change of changes) host.log.info(`  ${change}`)
  for (const note of judgement.notes) if (!/^[+-]/.test(note)) host.log.detail(note)
  for (const warning of judgement.warnings) host.log.warn(warning)
}

async function copyOut(host: Host, { entry, out }: { readonly entry: StoreEntry; readonly out: string }): Promise<void> {
  await host.fs.mkdir(out, { recursive: true })
  // As kbuild does in a build directory: in a tree, what is copied here is no change of the tree.
  const ignore = join(out, '.gitignore')
  if ((await host.fs.readdir(out)).length === 0) await host.fs.writeFile(ignore, '*\n')
  for (const item of await host.fs.readdir(entry.path)) {
    if (item !== 'key.txt') await host.fs.cp(join(entry.path, item), join(out, item), { recursive: true, force: true })
  }
  host.log.info(`copied to ${out}`)
}

async function withTask<T>(host: Host, title: string, work: () => Promise<T>): Promise<T> {
  const task = host.log.task(title)
  try {
    const answer = await work()
    task.done()
    return answer
  } catch (error) {
    task.fail()
    throw error
  }
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
