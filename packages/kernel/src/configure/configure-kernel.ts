import { join } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import {
  checkConfig,
  overlayDotConfig,
  parseDotConfig,
  renderFragment,
  type Addition,
  type ConfigCheck,
  type ConfigRequest,
  type ConfigValues,
  type KconfigTree,
} from '@kernelkit/core/kconfig'
import { compileEnvironment, makeArgv, type MakeOptions } from '@kernelkit/core/kbuild'
import { UserError } from '@kernelkit/core/errors'
import type { ConfigBase } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { loadKconfigTree } from './load-kconfig.ts'

export interface ConfigureOptions {
  readonly arch: Arch
  readonly base: ConfigBase
  /** Text of the base when it is a file. */
  readonly baseText: string | undefined
  readonly requests: readonly ConfigRequest[]
  readonly make: MakeOptions
  /** ccache's folder for kconfig's own programs, `undefined` for the user's own. */
  readonly ccacheFolder?: string | undefined
  /** Folder of ours for the files of this run. */
  readonly scratch: string
  readonly signal?: AbortSignal | undefined
}

/** What kconfig made of the requests. */
export interface Configuration {
  /** The whole `.config`. */
  readonly text: string
  readonly values: ConfigValues
  readonly tree: KconfigTree
  readonly requests: readonly ConfigRequest[]
  /** Switched on or off so that requests can be met. */
  readonly added: readonly Addition[]
  /** Options that were on before an addition changed the defaults, kept on. */
  readonly kept: readonly string[]
  readonly check: ConfigCheck
  readonly warnings: readonly string[]
}

/** Each round solves what kconfig's last answer shows; more than this many means that additions chase each other. */
const roundLimit = 8

/** Configure, compare every request with the result, add simple dependencies, again, until nothing changes. */
export async function configureKernel(host: Host, options: ConfigureOptions): Promise<Configuration> {
  const kconfig = loadKconfigTree(host, { tree: options.make.source, arch: options.arch })
  // Handled below; without this a failing make would leave a rejection behind.
  kconfig.catch(() => {})
  const runner = new KconfigRunner(host, options)
  const modules = options.requests.some(
    (request) => request.symbol === 'MODULES' && request.value.value === 'y' && request.origin.kind !== 'preset',
  )
  const added = new Map<string, Addition>()
  const kept = new Set<string>()
  let before = await valuesWithoutExpert(runner, options, modules)
  for (let round = 1; ; round++) {
    const lines = [
      ...[...kept].map((symbol) => ({ symbol, value: { kind: 'tristate', value: 'y' } as const })),
      ...options.requests.filter((request) => !added.has(request.symbol)),
      ...[...added.values()].map(({ symbol, value }) => ({ symbol, value: { kind: 'tristate', value } as const })),
    ]
    const text = await runner.run(renderFragment(lines, { modules }))
    const values = parseDotConfig(text)
    const tree = await kconfig
    const check = checkConfig({ tree, values, requests: options.requests, added: [...added.values()] })
    const lost = before === undefined ? [] : lostOptions(before, values, { tree, requests: options.requests, added })
    const fresh = lost.filter((symbol) => !kept.has(symbol))
    if ((check.additions.length === 0 && fresh.length === 0) || round === roundLimit) {
      return {
        text,
        values,
        tree,
        requests: options.requests,
        added: [...added.values()],
        kept: [...kept],
        check,
        warnings: runner.warnings,
      }
    }
    host.log.detail(`configuration round ${round}: ${check.additions.length} dependencies to switch, ${fresh.length} options to keep`)
    for (const symbol of fresh) kept.add(symbol)
    // What comes back by itself need not be asked for.
    if (fresh.length === 0) for (const addition of check.additions) added.set(addition.symbol, addition)
    before ??= values
  }
}

/**
 * What is on when the user does not ask for EXPERT: asked for, it makes a hundred options (FUTEX, EPOLL, PROC_FS)
 * questions, which allnoconfig answers with n, and no root file system would start.
 */
async function valuesWithoutExpert(
  runner: KconfigRunner,
  { base, requests }: ConfigureOptions,
  modules: boolean,
): Promise<ConfigValues | undefined> {
  const others = requests.filter((request) => request.symbol !== 'EXPERT' || request.value.value !== 'y')
  if (base.kind !== 'allnoconfig' || others.length === requests.length) return undefined
  return parseDotConfig(await runner.run(renderFragment(others, { modules })))
}

/** What was on in the first answer and is off now, because an addition (EXPERT, say) made it a question that allnoconfig answers with n. */
function lostOptions(
  before: ConfigValues,
  now: ConfigValues,
  context: { readonly tree: KconfigTree; readonly requests: readonly ConfigRequest[]; readonly added: ReadonlyMap<string, Addition> },
): readonly string[] {
  const asked = new Set(context.requests.map((request) => request.symbol))
  return [...before].flatMap(([symbol, value]) => {
    if (value !== 'y' || now.has(symbol) || asked.has(symbol) || context.added.has(symbol)) return []
    const definitions = context.tree.symbols.get(symbol)?.definitions ?? []
    return definitions.some((definition) => definition.prompt !== undefined && definition.choice === undefined) ? [symbol] : []
  })
}

/** Runs kconfig on a file of its own, so that the build directory's .config keeps its time while nothing changes. */
class KconfigRunner {
  readonly warnings: string[] = []
  readonly #host: Host
  readonly #options: ConfigureOptions
  #base: string | undefined

  constructor(host: Host, options: ConfigureOptions) {
    this.#host = host
    this.#options = options
    this.#base = options.baseText
  }

  /** The whole .config for a fragment. */
  async run(fragment: string): Promise<string> {
    const { base, scratch } = this.#options
    const config = join(scratch, 'config')
    if (base.kind === 'allnoconfig' || base.kind === 'tinyconfig') {
      const all = join(scratch, 'all.config')
      const below = base.kind === 'tinyconfig' ? await this.#tinyFragments() : ''
      await this.#host.fs.writeFile(all, below + fragment)
      await this.#make('allnoconfig', { KCONFIG_CONFIG: config, KCONFIG_ALLCONFIG: all })
    } else {
      if (this.#base === undefined) {
        await this.#make('defconfig', { KCONFIG_CONFIG: config })
        this.#base = await this.#host.fs.readFile(config, 'utf8')
      }
      await this.#host.fs.writeFile(config, overlayDotConfig(this.#base, fragment))
      await this.#make('olddefconfig', { KCONFIG_CONFIG: config })
    }
    return this.#host.fs.readFile(config, 'utf8')
  }

  /** What `make tinyconfig` adds to allnoconfig. */
  async #tinyFragments(): Promise<string> {
    const { make, arch } = this.#options
    const texts = ['kernel/configs/tiny-base.config', 'kernel/configs/tiny.config', `arch/${arch.sourceArch}/configs/tiny.config`].map(
      (path) => this.#host.fs.readFile(join(make.source, path), 'utf8').catch(() => ''),
    )
    return (await Promise.all(texts)).map((text) => `${text}\n`).join('')
  }

  async #make(target: string, env: Readonly<Record<string, string>>): Promise<void> {
    const { make, ccacheFolder, signal } = this.#options
    const argv = makeArgv(make, [target])
    const result = await this.#host.run(argv, {
      env: { ...compileEnvironment(make, ccacheFolder), ...env },
      reject: false,
      endsWithParent: true,
      ownGroup: true,
      package: 'make',
      signal,
    })
    const output = `${result.stdout}${result.stderr}`.trimEnd().split('\n')
    if (result.exitCode !== 0) {
      throw new UserError('CONFIGURE_FAILED', `make ${target} ended with ${result.exitCode}:\n${output.slice(-20).join('\n')}`, {
        hint: 'missing build tools are the usual reason: kernelkit doctor.',
        verdict: 'build-fail',
        details: { argv, exitCode: result.exitCode },
      })
    }
    for (const line of output) {
      // kconfig's own remarks, such as `warning: unmet direct dependencies detected for X`.
      if (/^(?:\S*:\d+:)?warning: /.test(line) && !this.warnings.includes(line)) this.warnings.push(line)
    }
  }
}
