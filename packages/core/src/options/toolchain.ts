import { parseArch, type ArchName } from '../arch/index.ts'
import { UserError, nearestName } from '../errors/index.ts'
import type { ToolchainSpec } from '../toolchain/index.ts'
import { badOption, choiceOption, flagOption, listOption, textOption, type RawRecord } from './raw-options.ts'

const actions = ['build', 'run', 'ls', 'prune'] as const

/** What `kernelkit toolchain` is asked for. */
export type ToolchainCommand =
  | {
      readonly action: 'build'
      readonly image: ToolchainSpec
      /** `bootstrap`, or a registry reference by digest; undefined: what is there, then a registry, then a bootstrap. */
      readonly base: string | undefined
      /** Build again although the engine has it. */
      readonly force: boolean
    }
  | {
      readonly action: 'run'
      readonly image: ToolchainSpec
      readonly base: string | undefined
      readonly command: readonly string[]
      readonly network: boolean
      /** The container's root instead of the caller. */
      readonly root: boolean
    }
  | { readonly action: 'ls' }
  | {
      readonly action: 'prune'
      /** Toolchains that a command could use again, too. */
      readonly all: boolean
    }

export interface ToolchainDefaults {
  /** Suite of this machine where it is Debian's or Ubuntu's, else a stable one. */
  readonly suite: string
  /** Architectures that one image serves. */
  readonly targets: readonly ArchName[]
}

/** Words and options of `kernelkit toolchain`. */
export function parseToolchainCommand(args: readonly string[], raw: RawRecord, defaults: ToolchainDefaults): ToolchainCommand {
  const [word = 'ls', ...rest] = args
  const action = actions.find((one) => one === word)
  if (action === undefined || (action !== 'run' && rest.length > 0)) throw unknownWords(args, action === undefined ? word : undefined)
  for (const [option, owners] of Object.entries(ownersOf)) {
    if (isGiven(raw[option]) && !owners.includes(action))
      throw badOption(
        option,
        textOf(raw[option]),
        `no place in \`toolchain ${action}\``,
        `it belongs to toolchain ${owners.join(' and ')}.`,
      )
  }
  switch (action) {
    case 'build':
      return { action, image: parseImage(raw, defaults), base: parseBase(raw), force: flagOption(raw, 'force') }
    case 'run': {
      if (rest.length === 0)
        throw new UserError('BAD_OPTION', 'toolchain run has no command to run.', {
          hint: 'for instance: kernelkit toolchain run -- gcc --version',
        })
      const net = choiceOption(raw, 'net', ['user', 'none']) ?? 'none'
      const image = parseImage(raw, defaults)
      return { action, image, base: parseBase(raw), command: rest, network: net === 'user', root: flagOption(raw, 'root') }
    }
    case 'ls':
      return { action }
    case 'prune':
      return { action, all: flagOption(raw, 'all') }
  }
}

const imageOwners = ['build', 'run']

/** Options and the subcommands that they belong to. */
const ownersOf: Readonly<Record<string, readonly string[]>> = {
  base: imageOwners,
  compiler: imageOwners,
  suite: imageOwners,
  arch: imageOwners,
  whole: imageOwners,
  force: ['build'],
  net: ['run'],
  root: ['run'],
  all: ['prune'],
}

function parseImage(raw: RawRecord, { suite, targets }: ToolchainDefaults): ToolchainSpec {
  const archs = listOption(raw, 'arch').map((name) => parseArch(name).name)
  return {
    compiler: parseCompiler(textOption(raw, 'compiler')),
    suite: parseSuite(textOption(raw, 'suite')) ?? suite,
    targets: archs.length === 0 ? targets : [...new Set(archs)],
    kind: flagOption(raw, 'whole') ? 'whole' : 'build',
  }
}

function parseCompiler(option: string | undefined): string {
  if (option === undefined) return 'gcc'
  if (/^(?:gcc|clang)(?:-\d+(?:\.\d+)?)?$/.test(option)) return option
  throw new UserError('BAD_COMPILER', `--compiler '${option}' is not known; allowed: gcc, gcc-N, clang, clang-N.`, {
    hint: 'the suite must offer a package of that name; see `apt-cache search ^gcc-[0-9]*$`.',
  })
}

function parseSuite(option: string | undefined): string | undefined {
  // It becomes a part of file names and of apt's sources.
  if (option === undefined || /^[a-z][a-z0-9.-]*$/.test(option)) return option
  throw badOption('suite', option, 'the name of a suite, such as bookworm, trixie or noble')
}

const byDigest = /^[\w.:/-]+@sha256:[0-9a-f]{64}$/

function parseBase(raw: RawRecord): string | undefined {
  const base = textOption(raw, 'base')
  if (base === undefined || base === 'bootstrap' || byDigest.test(base)) return base
  throw badOption(
    'base',
    base,
    "'bootstrap' or a registry reference by digest, NAME@sha256:…",
    'a tag can change under you; `docker image inspect --format {{.RepoDigests}} NAME` shows the digest of one.',
  )
}

function unknownWords(args: readonly string[], word: string | undefined): UserError {
  const near = word === undefined ? undefined : nearestName(word, actions)
  return new UserError('BAD_OPTION', `toolchain '${args.join(' ')}' is not known; allowed: ${actions.join(', ')}.`, {
    hint:
      near === undefined
        ? 'write `kernelkit toolchain build`, or `kernelkit toolchain ls`.'
        : `did you mean \`kernelkit toolchain ${near}\`?`,
    details: { seen: args.join(' '), allowed: actions },
  })
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)
}

function textOf(value: unknown): string {
  return value === true ? '' : String(value)
}
