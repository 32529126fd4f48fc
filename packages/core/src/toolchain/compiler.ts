import { UserError, message, option } from '../errors/index.ts'

/** A compiler as users name it, taken apart. */
export interface CompilerName {
  readonly family: 'gcc' | 'clang'
  /** `-12` of gcc-12; empty for the suite's default. */
  readonly suffix: string
}

/** `gcc`, `gcc-12`, `clang`, `clang-18`; anything else is `BAD_COMPILER`: only these are Debian packages. */
export function parseCompilerName(compiler: string): CompilerName {
  const match = /^(gcc|clang)(-\d+(?:\.\d+)?)?$/.exec(compiler)
  if (match === null)
    throw new UserError(
      'BAD_COMPILER',
      `toolchain images have no package for the compiler '${compiler}'; allowed: gcc, gcc-N, clang, clang-N.`,
      {
        hint: message`Choose one of these with ${option('compiler')}, or use ${option('toolchain', 'host')} for a compiler of your own.`,
        details: { compiler },
      },
    )
  return { family: match[1] === 'gcc' ? 'gcc' : 'clang', suffix: match[2] ?? '' }
}
