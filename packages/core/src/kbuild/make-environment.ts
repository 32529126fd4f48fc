import { commonDirectory, type MakeOptions } from './make-args.ts'

/** Variables of the caller's environment that would shape the build without being part of the key. */
const unwantedEnvironment: readonly string[] = [
  'ARCH',
  'SUBARCH',
  'CROSS_COMPILE',
  'LLVM',
  'LLVM_IAS',
  'CC',
  'LD',
  'AR',
  'NM',
  'OBJCOPY',
  'OBJDUMP',
  'READELF',
  'STRIP',
  'PAHOLE',
  'RUSTC',
  'BINDGEN',
  'HOSTCC',
  'HOSTCXX',
  'HOSTCFLAGS',
  'HOSTLD',
  'KCFLAGS',
  'KAFLAGS',
  'KCPPFLAGS',
  'CFLAGS',
  'CPPFLAGS',
  'LDFLAGS',
  'LOCALVERSION',
  'KBUILD_OUTPUT',
  'KBUILD_EXTMOD',
  'KBUILD_VERBOSE',
  'KBUILD_BUILD_TIMESTAMP',
  'KBUILD_BUILD_USER',
  'KBUILD_BUILD_HOST',
  'KBUILD_BUILD_VERSION',
  'KBUILD_DEFCONFIG',
  'KCONFIG_CONFIG',
  'KCONFIG_ALLCONFIG',
  'KCONFIG_DEFCONFIG_LIST',
  'KCONFIG_PROBABILITY',
  'KCONFIG_WARN_UNKNOWN_SYMBOLS',
  'KCONFIG_WERROR',
  'MAKEFLAGS',
  'MFLAGS',
  'MAKELEVEL',
  'MAKEFILES',
  'O',
  'V',
  'W',
  'C',
  'M',
  'SOURCE_DATE_EPOCH',
  'C_INCLUDE_PATH',
  'CPATH',
  'LIBRARY_PATH',
  'GCC_EXEC_PREFIX',
  'COMPILER_PATH',
  // LC_ALL overrules them, but ccache keys by them all: another user, a container or a CI job would never hit.
  'LANG',
  'LC_CTYPE',
  'LC_MESSAGES',
]

/** Environment of every make run: nothing of the caller's shapes it, messages are in English. */
export function makeEnvironment(): Readonly<Record<string, string | undefined>> {
  return { ...Object.fromEntries(unwantedEnvironment.map((name) => [name, undefined])), LC_ALL: 'C' }
}

/** Environment of a make run that may compile. */
export function compileEnvironment(
  make: Pick<MakeOptions, 'ccache' | 'source' | 'build'>,
  ccacheDirectory: string | undefined,
): Readonly<Record<string, string | undefined>> {
  const { source, build } = make
  return { ...makeEnvironment(), ...(make.ccache ? ccacheEnvironment({ directory: ccacheDirectory, source, build }) : {}) }
}

/** ccache that hits from any directory and never trusts a compiler by its date. */
export function ccacheEnvironment(options: {
  readonly directory: string | undefined
  readonly source: string
  readonly build: string
}): Readonly<Record<string, string>> {
  return {
    ...(options.directory === undefined ? {} : { CCACHE_DIR: options.directory }),
    CCACHE_COMPILERCHECK: 'content',
    CCACHE_NOHASHDIR: '1',
    // Paths below it are hashed relative to the build directory: the same layout elsewhere hits.
    CCACHE_BASEDIR: commonDirectory(options.source, options.build),
  }
}
