import { kernelImageNames, listNames } from '../arch/index.ts'
import { UserError, message, nearestName, option, type Message } from '../errors/index.ts'

/** Make variables of the kernel that a user may give as `VAR=VALUE`; anything else is a typo or not ours. */
const passedOn = [
  'AR',
  'AS',
  'C',
  'CF',
  'CHECK',
  'CROSS_COMPILE',
  'EXTRAVERSION',
  'HOSTAR',
  'HOSTCC',
  'HOSTCFLAGS',
  'HOSTCXX',
  'HOSTCXXFLAGS',
  'HOSTLD',
  'HOSTLDFLAGS',
  'HOSTLDLIBS',
  'KAFLAGS',
  'KBUILD_BUILD_HOST',
  'KBUILD_BUILD_TIMESTAMP',
  'KBUILD_BUILD_USER',
  'KBUILD_BUILD_VERSION',
  'KBUILD_VERBOSE',
  'KCFLAGS',
  'KCPPFLAGS',
  'KRUSTFLAGS',
  'LD',
  'LLVM_IAS',
  'LOCALVERSION',
  'NM',
  'OBJCOPY',
  'OBJDUMP',
  'PAHOLE',
  'READELF',
  'STRIP',
  'UBSAN_SANITIZE',
  'V',
  'W',
] as const

/** What to do instead of giving a variable that kbuild knows and kernelkit sets itself. */
const refused: Readonly<Record<string, Message>> = {
  M: 'Leave it out: external modules are not built.',
  KBUILD_EXTMOD: 'Leave it out: external modules are not built.',
  KCONFIG_ALLCONFIG: message`Use ${option('config', 'FILE')}.`,
  KCONFIG_CONFIG: message`Use ${option('base', 'FILE')}.`,
  SRCARCH: message`Use ${option('arch')}.`,
  SUBARCH: message`Use ${option('arch')}.`,
  INSTALL_PATH: message`Use ${option('out', 'DIR')}.`,
  INSTALL_MOD_PATH: 'Leave it out: modules are not installed.',
  KBUILD_OUTPUT: 'Write O=DIR.',
  INCLUDE_DEBUG_INFO: message`Use ${option('config', 'debug-full')}.`,
}

/** The values of `O=`, `ARCH=`, `LLVM=`, `CC=` and the other words of make. */
export interface MakeWords {
  readonly output: string | undefined
  readonly arch: string | undefined
  /** `gcc-12`, `clang-18`, or a program of the user's choice. */
  readonly compiler: string | undefined
  readonly variables: readonly (readonly [name: string, value: string])[]
}

const wordPattern = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s

export function isMakeWord(word: string): boolean {
  return wordPattern.test(word)
}

/** Read `VAR=VALUE` words; unknown variables and contradictions are refused. */
export function parseMakeWords(words: readonly string[]): MakeWords {
  const values = new Map<string, string>()
  for (const word of words) {
    const match = wordPattern.exec(word)
    const name = match?.[1]
    const value = match?.[2]
    if (name === undefined || value === undefined) throw notAVariable(word)
    const earlier = values.get(name)
    if (earlier !== undefined && earlier !== value) throw bad(`${name} is given twice: '${earlier}' and '${value}'.`, `Keep one ${name}=.`)
    values.set(name, value)
  }
  const take = (name: string): string | undefined => {
    const value = values.get(name)
    values.delete(name)
    return value === '' ? undefined : value
  }
  const output = take('O')
  const arch = take('ARCH')
  const compiler = compilerOf(take('LLVM'), take('CC'))
  for (const [name, value] of values) {
    const instead = refused[name]
    if (instead !== undefined) throw bad(`${name}=${value} is not accepted.`, instead)
    if (!(passedOn as readonly string[]).includes(name)) throw unknown(name)
  }
  return { output, arch, compiler, variables: [...values] }
}

/** `LLVM=1`, `LLVM=-18` and `CC=` name the same thing: the compiler. */
function compilerOf(llvm: string | undefined, cc: string | undefined): string | undefined {
  // kernelkit puts ccache in front itself.
  const program = cc?.trim().replace(/^ccache\s+/, '')
  if (llvm === undefined || llvm === '0') return program
  const suffix = /^-\d+$/.test(llvm) ? llvm : llvm === '1' ? '' : undefined
  if (suffix === undefined)
    throw bad(
      `LLVM=${llvm} is not understood; allowed: LLVM=1, or LLVM=-18 for a version.`,
      'Put a directory of LLVM tools on PATH instead.',
    )
  const clang = `clang${suffix}`
  if (program !== undefined && program !== clang && program !== 'clang')
    throw bad(`LLVM=${llvm} and CC=${cc} contradict each other.`, 'Keep one of them.')
  return clang
}

function notAVariable(word: string): UserError {
  return bad(
    `'${word}' is not VAR=VALUE.`,
    `Write the source first, and no targets: kernelkit chooses those, such as ${listNames(kernelImageNames)}.`,
  )
}

function unknown(name: string): UserError {
  const known = [...passedOn, 'O', 'ARCH', 'LLVM', 'CC']
  const near = nearestName(name, known)
  const first = near === undefined ? `Use one of ${known.toSorted().join(', ')}.` : `Did you mean ${near}=?`
  return bad(
    `${name} is not a make variable of the kernel that kernelkit knows.`,
    message`${first} Set a configuration symbol with ${option('config', `${name}=…`)}.`,
  )
}

function bad(text: Message, hint: Message): UserError {
  return new UserError('BAD_MAKE_VARIABLE', text, { hint })
}
