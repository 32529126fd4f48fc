import { join, resolve } from 'node:path'
import { hostArch, parseArch, type Arch } from '@kernelkit/core/arch'
import { UserError, command, message, nearestName, option } from '@kernelkit/core/errors'
import { mergeRequests, parseFragment, presetRequests, presets, renderValue, type ConfigValues } from '@kernelkit/core/kconfig'
import { flagOption, textOption, writeFor, type KernelSpec } from '@kernelkit/core/options'
import { parseKernelSpec } from '@kernelkit/core/options/build'
import { compileCommands, requireMet, resolveConfiguration, type Configuration, type Judgement } from '@kernelkit/kernel'
import { openBuildTools } from '@kernelkit/toolchain/tools'
import type { CommandContext, RawOptions } from '../command.ts'
import { showBuildPlan } from './build-dry-run.ts'
import { formatTable } from '../output/table.ts'

const subcommands = ['show', 'diff', 'presets', 'compile-commands'] as const

/** `kernelkit config show|diff|presets|compile-commands`. */
export async function config(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const [first, ...rest] = args
  const sub = subcommands.find((name) => name === first)
  if (sub === 'diff') return diff(context, rest, options)
  if (sub === 'presets') return listPresets(context)
  if (sub === 'compile-commands') return printCompileCommands(context, rest, options)
  const near = sub === undefined && first !== undefined ? nearestName(first, subcommands) : undefined
  if (near !== undefined && !(await context.host.fs.exists(resolve(context.host.cwd, first ?? '.')))) {
    throw new UserError('BAD_OPTION', `'${first}' is neither a source nor a subcommand of config.`, {
      hint: message`Did you mean ${command(`kernelkit config ${near}`)}?`,
    })
  }
  return show(context, sub === 'show' ? rest : args, options)
}

/** One line of `config show`. */
interface ShownOption {
  readonly symbol: string
  readonly value: string
  /** Who asked for it; empty for kconfig's own answers. */
  readonly where: string
  readonly why: string
}

async function show(context: CommandContext, words: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseKernelSpec(options, words, { arch: parseArch(hostArch(host.nodeArch)) })
  const store = await context.store({ compiles: true })
  await using tools = await openBuildTools(context, store, spec)
  if (context.dryRun) return await showBuildPlan(context, spec, { host: tools.host, place: tools.place, until: 'configuration' })
  const { plan, configuration, judgement } = await resolveConfiguration({ host: tools.host, store, signal }, spec)
  const shown = shownOptions(configuration, flagOption(options, 'full'))
  if (context.json) {
    context.printJson({
      source: plan.source.label,
      arch: spec.arch.name,
      key: plan.key,
      options: shown,
      added: judgement.added,
      notes: judgement.notes,
      problems: judgement.problems,
      warnings: judgement.warnings,
    })
  } else if (flagOption(options, 'dotConfig')) {
    context.print(configuration.text.trimEnd())
    printProblems(context, judgement, spec)
  } else {
    context.print(
      formatTable(
        ['option', 'asked by', 'why'],
        shown.map(({ symbol, value, where, why }) => [`${symbol}=${value}`, where, why]),
      ),
    )
    const on = [...configuration.values.values()].filter((value) => value === 'y').length
    host.log.info(
      writeFor(
        message`${on} options are on in total${flagOption(options, 'full') ? '' : message`; ${option('full')} shows all of them`}`,
        context.reader,
      ),
    )
    for (const note of judgement.notes) host.log.info(note)
    printProblems(context, judgement, spec)
  }
  if (judgement.problems.length === 0 || spec.configCheck === 'warn') return 0
  return 125
}

/** After the configuration: what `build` would refuse is refused here too. */
function printProblems({ host }: CommandContext, judgement: Judgement, { configCheck }: Pick<KernelSpec, 'configCheck'>): void {
  for (const line of judgement.warnings) host.log.warn(line)
  if (configCheck === 'error') requireMet(judgement)
  else for (const line of judgement.problems) host.log.warn(line)
}

function shownOptions(configuration: Configuration, full: boolean): readonly ShownOption[] {
  const added = new Map(configuration.added.map((addition) => [addition.symbol, addition]))
  const asked = configuration.requests
    .filter((request) => !added.has(request.symbol))
    .map(({ symbol, origin }) => ({ symbol, value: configuration.values.get(symbol) ?? 'n', where: origin.where, why: origin.why ?? '' }))
  const additions = [...added.values()].map(({ symbol, for: request, because }) => ({
    symbol,
    value: configuration.values.get(symbol) ?? 'n',
    where: `needed by ${request.symbol}`,
    why: `${because}, for ${request.origin.where}`,
  }))
  const kept = configuration.kept.map((symbol) => ({
    symbol,
    value: configuration.values.get(symbol) ?? 'n',
    where: 'kept on',
    why: 'an added dependency would have switched it off',
  }))
  const listed = [...asked, ...additions, ...kept]
  if (!full) return listed
  const known = new Set(listed.map((option) => option.symbol))
  const others = [...configuration.values].flatMap(([symbol, value]) =>
    known.has(symbol) ? [] : [{ symbol, value, where: 'kconfig', why: whyOfTree(configuration, symbol) }],
  )
  return [...listed, ...others].toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))
}

/** For options that were not asked for: what selects them, else the default. */
function whyOfTree({ tree, values }: Configuration, symbol: string): string {
  const entry = tree.symbols.get(symbol)
  const selector = entry?.selectedBy.find(({ by }) => values.get(by) === 'y')
  if (selector !== undefined) return `selected by ${selector.by}, ${selector.where}`
  const where = entry?.definitions[0]?.where
  return where === undefined ? '' : `default, ${where}`
}

async function diff(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const [first, second, ...more] = args
  if (first === undefined || second === undefined || more.length > 0) {
    throw new UserError('BAD_OPTION', `config diff takes two configurations, but got ${args.length}.`, {
      hint: message`Name two presets or files: ${command('kernelkit config diff old/.config new/.config')}, ${command('kernelkit config diff debug debug-full')}.`,
    })
  }
  const arch = parseArch(textOption(options, 'arch') ?? hostArch(context.host.nodeArch))
  const [before, after] = await Promise.all([readConfiguration(context, first, arch), readConfiguration(context, second, arch)])
  const rows = [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((symbol) => {
    const [from, to] = [before.get(symbol) ?? 'n', after.get(symbol) ?? 'n']
    return from === to ? [] : [{ symbol, from, to }]
  })
  if (context.json) context.printJson({ a: first, b: second, differences: rows })
  else if (rows.length === 0) context.host.log.info('no option differs')
  else
    context.print(
      formatTable(
        ['option', first, second],
        rows.map(({ symbol, from, to }) => [symbol, from, to]),
      ),
    )
  return 0
}

/** Symbols and values of a preset, a fragment, a .config or a directory with one. */
async function readConfiguration({ host }: CommandContext, name: string, arch: Arch): Promise<ConfigValues> {
  if (presets.some((preset) => preset.name === name))
    return new Map(presetRequests(name, arch).map(({ symbol, value }) => [symbol, renderValue(value)]))
  const path = resolve(host.cwd, name)
  const isDirectory = (await host.fs.stat(path).catch(() => undefined))?.isDirectory() === true
  const text = await host.fs.readFile(isDirectory ? join(path, '.config') : path, 'utf8').catch((cause: unknown) => {
    throw new UserError('CONFIG_FILE_MISSING', `'${name}' is neither a preset nor a readable configuration file.`, {
      hint: `Name a file that exists, or a preset: ${presets.map((preset) => preset.name).join(', ')}.`,
      cause,
    })
  })
  const requests = mergeRequests(parseFragment(text, { name }))
  return new Map(requests.map(({ symbol, value }) => [symbol, renderValue(value)]))
}

function listPresets(context: CommandContext): number {
  if (context.json) context.printJson({ presets })
  else
    context.print(
      formatTable(
        ['preset', 'options', 'what it is for'],
        presets.map(({ name, options, summary }) => [name, String(options.length), summary]),
      ),
    )
  return 0
}

/** compile_commands.json on stdout. */
async function printCompileCommands(context: CommandContext, words: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseKernelSpec(options, words, { arch: parseArch(hostArch(host.nodeArch)) })
  const store = await context.store({ compiles: true })
  await using tools = await openBuildTools(context, store, spec)
  const commands = await compileCommands({ host: tools.host, store, signal }, spec)
  if (context.json) context.printJson(commands)
  else context.print(JSON.stringify(commands, undefined, 2))
  return 0
}
