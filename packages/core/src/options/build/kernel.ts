import { listNames, parseArch, rowsOfSource, type Arch } from '../../arch/index.ts'
import { UserError, message, option } from '../../errors/index.ts'
import { isMakeWord, parseMakeWords } from '../../kbuild/index.ts'
import { defaultPresets } from '../../kconfig/index.ts'
import { parseConfigItem, type ConfigItem } from './kernel-config-item.ts'
import { parseKernelSource, type KernelSource } from './kernel-source.ts'
import {
  badOption,
  choiceOption,
  flagOption,
  integerOption,
  readList,
  readOption,
  refuseUnexpanded,
  textOption,
  type RawOptions,
} from '../given.ts'
import { kernelRows } from '../table/index.ts'
import { parseMirror } from '../vm/vm-root.ts'

export type ConfigBase = { readonly kind: 'allnoconfig' | 'tinyconfig' | 'defconfig' } | { readonly kind: 'file'; readonly path: string }

/** What `build` is asked for: valid and typed; paths are still as written. */
export interface KernelSpec {
  readonly source: KernelSource
  readonly arch: Arch
  readonly base: ConfigBase
  /** Presets first, then files and symbols in the user's order: the last one wins. */
  readonly config: readonly ConfigItem[]
  /** True when the presets are our default and not the user's choice. */
  readonly defaultConfig: boolean
  readonly configCheck: 'error' | 'warn'
  /** Whether `=m` stays `m`. */
  readonly modules: 'auto' | 'yes' | 'no'
  /** Compiler program. */
  readonly compiler: string
  readonly jobs: number | undefined
  readonly out: string | undefined
  readonly inTree: boolean
  /** `O=`: the user's own build directory. */
  readonly buildDirectory: string | undefined
  readonly makeVariables: readonly (readonly [name: string, value: string])[]
  /** Build again although the store has it. */
  readonly force: boolean
}

export interface KernelSpecDefaults {
  /** Architecture of this machine. */
  readonly arch: Arch
}

/** Options of `build` and `config show` (camelCase) and their words. */
export function parseKernelSpec(raw: RawOptions, words: readonly string[], defaults: KernelSpecDefaults): KernelSpec {
  refuseUnexpanded(raw, kernelRows)
  const sources = words.filter((word) => !isMakeWord(word))
  if (sources.length > 1) {
    throw new UserError('BAD_OPTION', `one source is built at a time, but these are given: ${sources.join(', ')}.`, {
      hint: 'Leave targets out, kernelkit chooses them; write make variables as VAR=VALUE.',
    })
  }
  const make = parseMakeWords(words.filter(isMakeWord))
  const items = readList(raw, 'config', parseConfigItem)
  // Symbols alone are a change to the default configuration, not a configuration.
  const defaultConfig = items.every((item) => item.kind === 'symbol')
  const inTree = flagOption(raw, 'inTree')
  const given = { sha256: textOption(raw, 'sha256'), mirror: readOption(raw, 'mirror', parseMirror) }
  const source =
    sources[0] === undefined
      ? (readOption(raw, 'source', (text) => parseKernelSource(text, given)) ?? parseKernelSource('.', given))
      : parseKernelSource(sources[0], given)
  if (inTree && source.kind !== 'path')
    throw new UserError('BAD_OPTION', message`${option('in-tree')} builds inside a tree, but the source is not one.`, {
      hint: message`Leave ${option('in-tree')} out.`,
    })
  if (inTree && make.output !== undefined)
    throw new UserError('BAD_OPTION', message`${option('in-tree')} and O=${make.output} contradict each other.`, {
      hint: 'Keep one of them.',
    })
  return {
    source,
    arch: archOf(readOption(raw, 'arch', parseArch), make.arch) ?? defaults.arch,
    base: parseBase(raw),
    config: [
      ...(defaultConfig ? defaultPresets.map((name) => ({ kind: 'preset' as const, name })) : []),
      ...items.filter((item) => item.kind === 'preset'),
      ...items.filter((item) => item.kind !== 'preset'),
    ],
    defaultConfig,
    configCheck: choiceOption(raw, kernelRows, 'config-check'),
    modules: choiceOption(raw, kernelRows, 'modules'),
    compiler: chooseCompiler(readOption(raw, 'compiler', parseCompiler), make.compiler),
    jobs: integerOption(raw, 'jobs', { min: 1, max: 4096 }),
    out: textOption(raw, 'out'),
    inTree,
    buildDirectory: make.output,
    makeVariables: make.variables,
    force: flagOption(raw, 'force'),
  }
}

function archOf(given: Arch | undefined, word: string | undefined): Arch | undefined {
  if (word === undefined) return given
  // kbuild's ARCH of a whole directory leaves 32 or 64 bits to the configuration; ours is decided before it.
  const rows = rowsOfSource(word)
  if (rows.length > 1)
    throw new UserError('BAD_MAKE_VARIABLE', `ARCH=${word} does not say whether 32 or 64 bits are meant.`, {
      hint: `Write ${listNames(rows.map(({ kernelArch }) => `ARCH=${kernelArch}`))}.`,
    })
  const arch = parseArch(word)
  if (given === undefined || given.name === arch.name) return arch
  throw new UserError('BAD_MAKE_VARIABLE', message`ARCH=${word} and ${option('arch', given.name)} contradict each other.`, {
    hint: 'Keep one of them.',
  })
}

function parseBase(raw: RawOptions): ConfigBase {
  return readOption(raw, 'base', baseOf) ?? baseOf(kernelRows.base.default)
}

function baseOf(text: string): ConfigBase {
  if (text === 'allnoconfig' || text === 'tinyconfig' || text === 'defconfig') return { kind: text }
  if (text.includes('/') || text.endsWith('config')) return { kind: 'file', path: text }
  throw badOption('base', text, {
    allowed: 'allnoconfig, tinyconfig, defconfig or a file (with a / in its name, or ending in config)',
  })
}

const compilerName = /^(?:gcc|clang)(?:-\d+(?:\.\d+)?)?$/

function parseCompiler(name: string): string {
  if (compilerName.test(name)) return name
  throw new UserError('BAD_COMPILER', message`${option('compiler')} '${name}' is not known; allowed: gcc, gcc-N, clang, clang-N.`, {
    hint: 'Give another program as CC=PROGRAM.',
  })
}

function chooseCompiler(given: string | undefined, word: string | undefined): string {
  if (given !== undefined && word !== undefined && given !== word) {
    throw new UserError('BAD_MAKE_VARIABLE', message`${option('compiler', given)} and CC= or LLVM= (${word}) contradict each other.`, {
      hint: 'Keep one of them.',
    })
  }
  return given ?? word ?? kernelRows.compiler.default
}
