import { parseArch, type ArchName } from '../../arch/index.ts'
import { UserError, command, message, nearestName, option } from '../../errors/index.ts'
import type { ToolchainSpec } from '../../toolchain/index.ts'
import { badOption, choiceOption, flagOption, isGiven, readList, readOption, type RawOptions } from '../given.ts'
import { commandRows } from '../table/index.ts'

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
export function parseToolchainCommand(args: readonly string[], raw: RawOptions, defaults: ToolchainDefaults): ToolchainCommand {
  const [word = 'ls', ...rest] = args
  const action = actions.find((one) => one === word)
  if (action === undefined || (action !== 'run' && rest.length > 0)) throw unknownWords(args, action === undefined ? word : undefined)
  for (const [name, owners] of Object.entries(ownersOf)) {
    if (isGiven(raw, name) && !owners.includes(action))
      throw new UserError('BAD_OPTION', message`${option(name)} has no place in \`toolchain ${action}\`.`, {
        hint: `Leave it out: it belongs to toolchain ${owners.join(' and ')}.`,
        details: { option: `--${name}` },
      })
  }
  switch (action) {
    case 'build':
      return { action, image: parseImage(raw, defaults), base: parseBase(raw), force: flagOption(raw, 'force') }
    case 'run': {
      if (rest.length === 0)
        throw new UserError('BAD_OPTION', 'toolchain run has no command to run.', {
          hint: message`Write for instance ${command('kernelkit toolchain run -- gcc --version')}.`,
        })
      const net = choiceOption(raw, commandRows.toolchain, 'net')
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

function parseImage(raw: RawOptions, { suite, targets }: ToolchainDefaults): ToolchainSpec {
  const archs = readList(raw, 'arch', (name) => parseArch(name).name)
  return {
    compiler: readOption(raw, 'compiler', parseCompiler) ?? commandRows.toolchain.compiler.default,
    suite: readOption(raw, 'suite', parseSuite) ?? suite,
    targets: archs.length === 0 ? targets : [...new Set(archs)],
    kind: flagOption(raw, 'whole') ? 'whole' : 'build',
  }
}

function parseCompiler(name: string): string {
  if (/^(?:gcc|clang)(?:-\d+(?:\.\d+)?)?$/.test(name)) return name
  throw new UserError('BAD_COMPILER', message`${option('compiler')} '${name}' is not known; allowed: gcc, gcc-N, clang, clang-N.`, {
    hint: 'Choose one that the suite offers: `apt-cache search ^gcc-[0-9]*$` lists them.',
  })
}

function parseSuite(name: string): string {
  // It becomes a part of file names and of apt's sources.
  if (/^[a-z][a-z0-9.-]*$/.test(name)) return name
  throw badOption('suite', name, { allowed: 'the name of a suite, such as bookworm, trixie or noble' })
}

const byDigest = /^[\w.:/-]+@sha256:[0-9a-f]{64}$/

function parseBase(raw: RawOptions): string | undefined {
  return readOption(raw, 'base', (base) => {
    if (base === 'bootstrap' || byDigest.test(base)) return base
    throw badOption('base', base, {
      allowed: "'bootstrap' or a registry reference by digest, NAME@sha256:…",
      hint: 'Name the digest, because a tag can change: `docker image inspect --format {{.RepoDigests}} NAME` shows it.',
    })
  })
}

function unknownWords(args: readonly string[], word: string | undefined): UserError {
  const near = word === undefined ? undefined : nearestName(word, actions)
  return new UserError('BAD_OPTION', `toolchain '${args.join(' ')}' is not known; allowed: ${actions.join(', ')}.`, {
    hint:
      near === undefined
        ? message`Write ${command('kernelkit toolchain build')} or ${command('kernelkit toolchain ls')}.`
        : message`Did you mean ${command(`kernelkit toolchain ${near}`)}?`,
    details: { seen: args.join(' '), allowed: actions },
  })
}
