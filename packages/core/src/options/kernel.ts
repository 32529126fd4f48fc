import { parseArch, type Arch } from '../arch/index.ts'
import { UserError } from '../errors/index.ts'
import { isMakeWord, parseMakeWords } from '../kbuild/index.ts'
import { defaultPresets } from '../kconfig/index.ts'
import { parseConfigItem, type ConfigItem } from './kernel-config-item.ts'
import { parseKernelSource, type KernelSource } from './kernel-source.ts'
import { badOption, choiceOption, flagOption, integerOption, listOption, textOption, type RawRecord } from './raw-options.ts'

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
export function parseKernelSpec(raw: RawRecord, words: readonly string[], defaults: KernelSpecDefaults): KernelSpec {
  refuseReserved(raw)
  const sources = words.filter((word) => !isMakeWord(word))
  if (sources.length > 1) {
    throw new UserError('BAD_OPTION', `one source is built at a time, but these are given: ${sources.join(', ')}.`, {
      hint: 'targets such as bzImage are chosen by kernelkit; make variables are written VAR=VALUE.',
    })
  }
  const make = parseMakeWords(words.filter(isMakeWord))
  const items = listOption(raw, 'config').map(parseConfigItem)
  // Symbols alone are a change to the default configuration, not a configuration.
  const defaultConfig = items.every((item) => item.kind === 'symbol')
  const inTree = flagOption(raw, 'inTree')
  const source = parseKernelSource(sources[0] ?? textOption(raw, 'source') ?? '.', { sha256: textOption(raw, 'sha256') })
  if (inTree && source.kind !== 'path')
    throw new UserError('BAD_OPTION', `--in-tree builds inside a tree, but the source is not one.`, { hint: 'leave --in-tree out.' })
  if (inTree && make.output !== undefined)
    throw new UserError('BAD_OPTION', `--in-tree and O=${make.output} contradict each other.`, { hint: 'keep one of them.' })
  return {
    source,
    arch: archOf(textOption(raw, 'arch'), make.arch) ?? defaults.arch,
    base: parseBase(textOption(raw, 'base')),
    config: [
      ...(defaultConfig ? defaultPresets.map((name) => ({ kind: 'preset' as const, name })) : []),
      ...items.filter((item) => item.kind === 'preset'),
      ...items.filter((item) => item.kind !== 'preset'),
    ],
    defaultConfig,
    configCheck: choiceOption(raw, 'configCheck', ['error', 'warn']) ?? 'error',
    compiler: parseCompiler(textOption(raw, 'compiler'), make.compiler),
    jobs: integerOption(raw, 'jobs', { min: 1, max: 4096 }),
    out: textOption(raw, 'out'),
    inTree,
    buildDirectory: make.output,
    makeVariables: make.variables,
    force: flagOption(raw, 'force'),
  }
}

/** Options whose names are kept for what is not built yet: said, never ignored. */
function refuseReserved(raw: RawRecord): void {
  const modules = choiceOption(raw, 'modules', ['auto', 'yes', 'no'])
  if (modules === 'yes' || modules === 'no')
    throw notYet(
      `--modules ${modules}`,
      'modules are off; what only comes as one needs --config MODULES=y, and --config -MODULES keeps them off.',
    )
  if (textOption(raw, 'kselftest') !== undefined)
    throw notYet('--kselftest', 'give the fragment of the selftests: --config tools/testing/selftests/NAME/config.')
}

function notYet(option: string, hint: string): UserError {
  return new UserError('NOT_YET', `${option} is reserved and not built yet.`, { hint, details: { option } })
}

function archOf(option: string | undefined, word: string | undefined): Arch | undefined {
  if (word === undefined) return option === undefined ? undefined : parseArch(option)
  // kbuild's ARCH=x86 leaves 32 or 64 bits to the configuration; ours is decided before it.
  if (word === 'x86')
    throw new UserError('BAD_MAKE_VARIABLE', 'ARCH=x86 does not say whether 32 or 64 bits are meant.', {
      hint: 'write ARCH=x86_64 or ARCH=i386.',
    })
  const arch = parseArch(word)
  if (option === undefined || parseArch(option).name === arch.name) return arch
  throw new UserError('BAD_MAKE_VARIABLE', `ARCH=${word} and --arch ${option} contradict each other.`, { hint: 'keep one of them.' })
}

function parseBase(raw: string | undefined): ConfigBase {
  if (raw === undefined) return { kind: 'allnoconfig' }
  if (raw === 'allnoconfig' || raw === 'tinyconfig' || raw === 'defconfig') return { kind: raw }
  if (raw.includes('/') || raw.endsWith('config')) return { kind: 'file', path: raw }
  throw badOption('base', raw, 'allnoconfig, tinyconfig, defconfig or a file (with a / in its name, or ending in config)')
}

const compilerName = /^(?:gcc|clang)(?:-\d+(?:\.\d+)?)?$/

function parseCompiler(option: string | undefined, word: string | undefined): string {
  if (option !== undefined && !compilerName.test(option)) {
    throw new UserError('BAD_COMPILER', `--compiler '${option}' is not known; allowed: gcc, gcc-N, clang, clang-N.`, {
      hint: 'another program is given as CC=PROGRAM.',
    })
  }
  if (option !== undefined && word !== undefined && option !== word) {
    throw new UserError('BAD_MAKE_VARIABLE', `--compiler ${option} and CC= or LLVM= (${word}) contradict each other.`, {
      hint: 'keep one of them.',
    })
  }
  return option ?? word ?? 'gcc'
}
