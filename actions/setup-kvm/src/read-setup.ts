import type { Action } from '@kernelkit/action-kit'
import { hostArch, parseArch, type Arch } from '@kernelkit/core/arch'
import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import { flagOption, isSwitchedOff, textOption } from '@kernelkit/core/options'
import {
  bakeRequirements,
  bootRequirements,
  buildRequirements,
  gitRequirement,
  sshRequirements,
  type Host,
  type Requirement,
} from '@kernelkit/host'

const purposes = ['boot', 'build', 'bake', 'all'] as const

/** What the later steps of the job will do. */
export interface Setup {
  readonly arch: Arch
  readonly boots: boolean
  readonly requireKvm: boolean
  readonly cache: boolean
  readonly requirements: readonly Requirement[]
}

export function readSetup({ host, inputs }: Pick<Action, 'host' | 'inputs'>): Setup {
  const wanted = (textOption(inputs, 'for') ?? 'boot').split(/[\s,]+/).map(parsePurpose)
  const does = (purpose: (typeof purposes)[number]): boolean => wanted.includes(purpose) || wanted.includes('all')
  const arch = parseArch(textOption(inputs, 'arch') ?? hostArch(host.nodeArch))
  const requireKvm = flagOption(inputs, 'requireKvm')
  const boots = does('boot') || requireKvm
  return {
    arch,
    boots,
    requireKvm,
    cache: !isSwitchedOff(inputs, 'cache'),
    requirements: [
      ...(boots ? [...bootRequirements(arch), ...sshRequirements] : []),
      ...(does('build')
        ? [...buildRequirements, gitRequirement, compilerRequirement(host, arch, textOption(inputs, 'compiler') ?? 'gcc')]
        : []),
      ...(does('bake') ? bakeRequirements(host, arch) : []),
      // What it packs is a fifth of what gzip leaves, and both sides must have it: the cache keeps the two apart.
      { what: 'program', program: 'zstd', package: 'zstd', why: 'for the Actions cache' },
    ],
  }
}

function parsePurpose(text: string): (typeof purposes)[number] {
  const found = purposes.find((purpose) => purpose === text)
  if (found !== undefined) return found
  const near = nearestName(text, purposes)
  throw new UserError('BAD_INPUT', message`${option('for')} is '${text}'; allowed: ${purposes.join(', ')}.`, {
    ...(near === undefined ? {} : { hint: message`Did you mean ${option('for', near)}?` }),
    details: { input: 'for', seen: text, allowed: purposes },
  })
}

/** Debian names packages after their programs; a cross compiler's has the triplet with dashes. */
function compilerRequirement(host: Pick<Host, 'nodeArch'>, arch: Arch, compiler: string): Requirement {
  if (!/^(?:gcc|clang)(?:-\d+(?:\.\d+)?)?$/.test(compiler)) {
    throw new UserError('BAD_INPUT', message`${option('compiler')} is '${compiler}'; allowed: gcc, gcc-N, clang, clang-N.`, {
      hint: 'Install another compiler in a step of your own.',
      details: { input: 'compiler', seen: compiler },
    })
  }
  const isOwn = arch.nativeHosts.includes(host.nodeArch) || compiler.startsWith('clang')
  const triplet = arch.crossPrefix.replace(/-$/, '')
  return {
    what: 'program',
    program: isOwn ? compiler : `${triplet}-${compiler}`,
    package: isOwn ? compiler : `${compiler}-${triplet.replaceAll('_', '-')}`,
    why: 'to compile',
  }
}
