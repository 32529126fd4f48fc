import type { Arch } from '@kernelkit/core/arch'
import {
  checkConfig,
  parseDotConfig,
  renderFragment,
  type Addition,
  type ConfigCheck,
  type ConfigRequest,
  type ConfigValues,
  type KconfigTree,
} from '@kernelkit/core/kconfig'
import { UserError, command, message } from '@kernelkit/core/errors'
import type { RunStep, Step } from '@kernelkit/core/plan'
import { lastLines, runSteps, type Host, type RunResult } from '@kernelkit/host'
import { baseSteps, configPath, roundSteps, type ConfigureStepOptions } from './configure-steps.ts'
import { loadKconfigTree } from './load-kconfig.ts'

export interface ConfigureOptions extends ConfigureStepOptions {
  readonly arch: Arch
  readonly requests: readonly ConfigRequest[]
  readonly signal?: AbortSignal | undefined
}

/** One question that kconfig was asked. */
export interface ConfigureRound {
  readonly fragment: string
  readonly why: string
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
  /** Every question in order; the last one is answered by `text`. */
  readonly rounds: readonly ConfigureRound[]
}

/** Each round solves what kconfig's last answer shows; more than this many means that additions chase each other. */
const roundLimit = 8

/** Configure, compare every request with the result, add simple dependencies, again, until nothing changes. */
export async function configureKernel(host: Host, options: ConfigureOptions): Promise<Configuration> {
  const kconfig = loadKconfigTree(host, { tree: options.make.source, arch: options.arch })
  // Handled below; without this a failing make would leave an unhandled rejection.
  kconfig.catch(() => {})
  const runner = new KconfigRunner(host, options)
  const modules = wantsModules(options.requests)
  const added = new Map<string, Addition>()
  const kept = new Set<string>()
  let before = await valuesWithoutExpert(runner, options, modules)
  for (let round = 1; ; round++) {
    const lines = [
      ...[...kept].map((symbol) => ({ symbol, value: { kind: 'tristate', value: 'y' } as const })),
      ...options.requests.filter((request) => !added.has(request.symbol)),
      ...[...added.values()].map(({ symbol, value }) => ({ symbol, value: { kind: 'tristate', value } as const })),
    ]
    const text = await runner.run(renderFragment(lines, { modules }), reasonOfRound({ requests: options.requests, added, kept }))
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
        rounds: runner.rounds,
      }
    }
    host.log.detail(`configuration round ${round}: ${check.additions.length} dependencies to switch, ${fresh.length} options to keep`)
    for (const symbol of fresh) kept.add(symbol)
    // Options that come back by themselves need no request.
    if (fresh.length === 0) for (const addition of check.additions) added.set(addition.symbol, addition)
    before ??= values
  }
}

/** The first question when nothing is known of the tree: what was asked for, alone. */
export function firstRound({ requests, base }: Pick<ConfigureOptions, 'requests' | 'base'>): ConfigureRound {
  const others = withoutExpert({ requests, base })
  return {
    fragment: renderFragment(others ?? requests, { modules: wantsModules(requests) }),
    why: reasonOfRound({ requests, added: new Map(), kept: new Set() }),
  }
}

function wantsModules(requests: readonly ConfigRequest[]): boolean {
  return requests.some((request) => request.symbol === 'MODULES' && request.value.value === 'y' && request.origin.kind !== 'preset')
}

function reasonOfRound({
  requests,
  added,
  kept,
}: {
  readonly requests: readonly ConfigRequest[]
  readonly added: ReadonlyMap<string, Addition>
  readonly kept: ReadonlySet<string>
}): string {
  const more = [
    ...(added.size === 0 ? [] : [`${added.size} dependencies that they lacked`]),
    ...(kept.size === 0 ? [] : [`${kept.size} options that stay on`]),
  ]
  return [`${requests.length} options that were asked for`, ...more].join(', ')
}

/**
 * What is on when the user does not ask for EXPERT: asked for, it makes a hundred options (FUTEX, EPOLL, PROC_FS)
 * questions, which allnoconfig answers with n, and no root file system would start.
 */
async function valuesWithoutExpert(runner: KconfigRunner, options: ConfigureOptions, modules: boolean): Promise<ConfigValues | undefined> {
  const others = withoutExpert(options)
  if (others === undefined) return undefined
  return parseDotConfig(await runner.run(renderFragment(others, { modules }), 'what is on without EXPERT, which would switch it off'))
}

function withoutExpert({ base, requests }: Pick<ConfigureOptions, 'requests' | 'base'>): readonly ConfigRequest[] | undefined {
  const others = requests.filter((request) => request.symbol !== 'EXPERT' || request.value.value !== 'y')
  return base.kind !== 'allnoconfig' || others.length === requests.length ? undefined : others
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

/** Asks kconfig, one fragment after the other, and remembers what was asked. */
class KconfigRunner {
  readonly warnings: string[] = []
  readonly rounds: ConfigureRound[] = []
  readonly #host: Host
  readonly #options: ConfigureOptions

  constructor(host: Host, options: ConfigureOptions) {
    this.#host = host
    this.#options = options
  }

  /** The whole .config for a fragment. */
  async run(fragment: string, why: string): Promise<string> {
    const round = { fragment, why }
    await this.#perform([...(this.rounds.length === 0 ? baseSteps(this.#options) : []), ...roundSteps(this.#options, round)])
    this.rounds.push(round)
    return this.#host.fs.readFile(configPath(this.#options), 'utf8').catch((cause: unknown) => {
      throw new UserError('CONFIGURE_FAILED', `the kconfig of ${this.#options.make.source} succeeded without a configuration.`, {
        hint: 'Check the Makefile of the tree: its kconfig targets must write the file that KCONFIG_CONFIG names.',
        verdict: 'build-fail',
        cause,
      })
    })
  }

  async #perform(steps: readonly Step[]): Promise<void> {
    await runSteps(this.#host, steps, {
      signal: this.#options.signal,
      reject: false,
      endsWithParent: true,
      ownGroup: true,
      package: 'make',
      onResult: (result, step) => this.#read(result, step),
    })
  }

  #read({ exitCode, stdout, stderr }: RunResult, { argv }: RunStep): void {
    const output = `${stdout}${stderr}`.trimEnd().split('\n')
    if (exitCode !== 0) {
      const program = `${argv[0]}${argv[0] === 'make' ? ` ${argv.at(-1)}` : ''}`
      throw new UserError('CONFIGURE_FAILED', `${program} exited with status ${exitCode}:\n${lastLines(output, 20)}`, {
        hint: message`Check for missing build tools with ${command('kernelkit doctor')}; they are the usual reason.`,
        verdict: 'build-fail',
        details: { argv, exitCode },
      })
    }
    for (const line of output) {
      // kconfig's own remarks, such as `warning: unmet direct dependencies detected for X`.
      if (/^(?:\S*:\d+:)?warning: /.test(line) && !this.warnings.includes(line)) this.warnings.push(line)
    }
  }
}
