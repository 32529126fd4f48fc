import { join, resolve } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import { UserError, message, option } from '@kernelkit/core/errors'
import { renderLine, type ConfigRequest } from '@kernelkit/core/kconfig'
import { renderTypeSource, type MakeOptions } from '@kernelkit/core/kbuild'
import type { ConfigItem, KernelSpec } from '@kernelkit/core/options'
import {
  buildRequirements,
  gitRequirement,
  moduleRequirements,
  requireAll,
  type Host,
  type Store,
  requirePlainPaths,
} from '@kernelkit/host'
import { codeToolVersions } from '../compile/code-tools.ts'
import { collectRequests } from '../configure/collect-requests.ts'
import { prepareSource } from '../source/prepare-source.ts'
import type { PreparedSource } from '../source/prepared-source.ts'
import { findToolchain, type Toolchain } from '../compile/toolchain.ts'

/** Where a kernel is built and kept. */
export interface KernelContext {
  readonly host: Host
  readonly store: Store
  readonly signal?: AbortSignal | undefined
}

/** All that is known before anything is configured or compiled. */
export interface BuildPlan {
  readonly spec: KernelSpec
  readonly source: PreparedSource
  readonly toolchain: Toolchain
  readonly requests: readonly ConfigRequest[]
  /** The base, when it is a file. */
  readonly baseFile: { readonly path: string; readonly sha256: string } | undefined
  /** Modules are built and kept with the kernel. */
  readonly modules: boolean
  readonly material: KeyMaterial
  readonly key: string
  /** Directory of the store for what belongs to this build directory. */
  readonly workName: string
  /** Seconds that finding out took. */
  readonly seconds: number
}

/** Raised when a build of the same input would come out differently than before. */
const recipe = '3'

/** Ask source, compiler and fragments what they are, and derive the key. */
export async function planBuild(context: KernelContext, spec: KernelSpec): Promise<BuildPlan> {
  const { host, store } = context
  const started = host.monotonicMs()
  requirePlainPaths(host, store.root)
  const usesGit = spec.source.kind === 'path' || spec.source.kind === 'git'
  await requireAll(host, usesGit ? [...buildRequirements, gitRequirement] : buildRequirements, { user: 'build' })
  const source = await prepareSource({ ...context, arch: spec.arch }, spec.source, { inTree: spec.inTree })
  const toolchain = await findToolchain(host, { arch: spec.arch, compiler: spec.compiler, variables: spec.makeVariables })
  const base = await readBase(host, spec)
  const baseFile = base === undefined ? undefined : { path: base.path, sha256: base.sha256 }
  const { modules, requests } = await collectRequests(host, {
    arch: spec.arch,
    items: spec.config,
    modules: spec.modules,
    base: base?.text,
    tree: () => treeToRead(context, source),
  })
  if (modules) await requireAll(host, moduleRequirements, { user: 'modules' })
  const tools = await codeToolVersions(host, { ...wantedTools(requests), variables: spec.makeVariables })
  const material: KeyMaterial = [
    ['recipe', recipe],
    ['source', source.content],
    ['localVersion', source.localVersion],
    ['arch', spec.arch.name],
    ['base', baseFile?.sha256 ?? spec.base.kind],
    // Who asks is part of it: it decides which request yields.
    [
      'config',
      requests
        .map(({ symbol, value, origin, optional }) => `${origin.kind[0]}${optional ? '?' : ''} ${renderLine(symbol, value)}`)
        .join('\n'),
    ],
    ['compiler', `${toolchain.compiler} ${toolchain.compilerVersion}`],
    ['linker', toolchain.linkerVersion],
    ...(tools.length === 0 ? [] : [['tools', tools.join('\n')] as const]),
    ['make', JSON.stringify(spec.makeVariables)],
    ['layout', source.inTree ? 'in-tree' : 'out-of-tree'],
    ...(modules ? [['modules', 'installed'] as const] : []),
    // A table with fewer of them would be of no use.
    ['types', renderTypeSource()],
  ]
  return {
    spec,
    source,
    toolchain,
    requests,
    baseFile,
    modules,
    material,
    key: store.keyOf(material),
    workName: workNameOf(host, { spec, source, toolchain }),
    seconds: (host.monotonicMs() - started) / 1000,
  }
}

/** Where fragments of the source itself are read: the user's own tree, else the fetched one, under a lock that keeps other runs from changing it. */
async function treeToRead({ store, signal }: KernelContext, source: PreparedSource): Promise<string> {
  if (source.userTree !== undefined) return source.userTree
  if (source.exclusive === undefined) return source.tree()
  return store.withLock(source.exclusive, () => source.tree(), { waitingFor: `another build of ${source.label}`, signal })
}

/** ccache's directory: the store's, unless the user has chosen one. */
export function ccacheDirectoryOf({ host, store }: Pick<KernelContext, 'host' | 'store'>): string | undefined {
  return host.env['CCACHE_DIR'] === undefined ? join(store.root, 'ccache') : undefined
}

async function readBase(
  host: Host,
  { base }: KernelSpec,
): Promise<{ readonly path: string; readonly sha256: string; readonly text: string } | undefined> {
  if (base.kind !== 'file') return undefined
  const path = resolve(host.cwd, base.path)
  const text = await host.fs.readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('CONFIG_FILE_MISSING', `the base configuration ${path} cannot be read.`, {
      hint: message`Check ${option('base')}.`,
      verdict: 'config-fail',
      cause,
    })
  })
  // kconfig drops such lines with a warning, and the kernel would lack what they were meant to say.
  const bad = text
    .split('\n')
    .flatMap((line, index) => (/^\s*(?:#.*)?$|^CONFIG_\w+=/.test(line) ? [] : [`  ${path}:${index + 1}: ${line}`]))
  if (bad.length === 0) return { path, sha256: host.sha256(text), text }
  throw new UserError('BAD_CONFIG_LINE', `not understood as kernel configuration:\n${bad.slice(0, 5).join('\n')}`, {
    hint: message`Use only CONFIG_X=VALUE, comments and # CONFIG_X is not set in a base; give shorter forms with ${option('config')}.`,
    verdict: 'config-fail',
  })
}

/** One build directory per source, architecture, compiler and family of configurations: changing a symbol or a file compiles only what depends on it. */
function workNameOf(
  host: Host,
  { spec, source, toolchain }: { readonly spec: KernelSpec; readonly source: PreparedSource; readonly toolchain: Toolchain },
): string {
  const family = spec.config.flatMap((item: ConfigItem) => (item.kind === 'symbol' ? [] : [item.kind === 'preset' ? item.name : item.path]))
  const base = spec.base.kind === 'file' ? spec.base.path : spec.base.kind
  // A tree and its private view are different directories, whose objects cannot be shared.
  const rest = JSON.stringify([
    source.identity,
    source.plannedTree === source.userTree,
    base,
    family,
    toolchain.compiler,
    spec.makeVariables,
  ])
  return `${source.identity.slice(0, 48)}-${spec.arch.name}-${host.sha256(rest).slice(0, 10)}`
}

/** How make is called for a plan, once the tree and the build directory are known. */
export function makeOptionsOf(
  plan: BuildPlan,
  options: { readonly tree: string; readonly build: string; readonly ccache: boolean; readonly jobs?: number },
): MakeOptions {
  const { spec, source, toolchain, requests } = plan
  return {
    arch: spec.arch,
    source: options.tree,
    build: options.build,
    compiler: toolchain.compiler,
    ccache: options.ccache,
    variables: spec.makeVariables,
    localVersion: source.localVersion,
    ...wantedTools(requests),
    ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
  }
}

/** Programs in addition to the compiler that the configuration asks for; make is kept from finding the others. */
function wantedTools(requests: readonly ConfigRequest[]): { readonly btf: boolean; readonly rust: boolean } {
  const asks = (symbol: string): boolean => requests.some((request) => request.symbol === symbol && request.value.value === 'y')
  return { btf: asks('DEBUG_INFO_BTF'), rust: asks('RUST') }
}
