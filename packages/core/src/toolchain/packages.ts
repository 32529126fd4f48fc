import { archRows, architectures, debianArchOf, type Arch, type ArchName } from '../arch/index.ts'
import { UserError, message, option } from '../errors/index.ts'
import { distributionOf } from './distribution.ts'
import type { ToolchainSpec } from './toolchain.ts'

/** A Debian package of the image and what it is there for. */
export interface ToolPackage {
  readonly name: string
  readonly why: string
}

const of = (why: string, ...names: readonly string[]): readonly ToolPackage[] => names.map((name) => ({ name, why }))

/** For every kernel (Documentation/process/changes.rst), whatever compiles it. */
const kernelPackages: readonly ToolPackage[] = [
  ...of('kbuild compiles programs of its own with it', 'gcc', 'libc6-dev'),
  ...of('link, and take objects apart', 'binutils'),
  ...of('drives the build', 'make'),
  ...of("Kconfig's scanner and parser", 'flex', 'bison'),
  ...of('timeconst.h', 'bc'),
  ...of('scripts of the build', 'perl'),
  ...of('objtool', 'libelf-dev'),
  ...of('certificates and signing', 'libssl-dev'),
  ...of('unpack source packages; compress kernels', 'xz-utils', 'zstd', 'lz4', 'bzip2'),
  ...of('IKHEADERS, and headers_install', 'cpio', 'rsync'),
  ...of('depmod', 'kmod'),
  ...of('rebuild about ten times faster', 'ccache'),
  ...of('read git trees, over https too', 'git', 'ca-certificates'),
]

/** For root file systems; newuidmap is not among them: root of the container needs no user namespace. */
const bakePackages: readonly ToolPackage[] = [
  ...of('bootstrap a root file system', 'mmdebstrap'),
  ...of("mmdebstrap looks for a suite's keys with it", 'gpg'),
  ...of('mmdebstrap tries it, and continues where it may not', 'mount'),
  ...of("mmdebstrap's test of a foreign architecture", 'arch-test'),
  ...of('make and edit disk images without a mount', 'e2fsprogs'),
]

/** The whole tool: what boots VMs and connects to them. */
function bootPackages(targets: readonly Arch[]): readonly ToolPackage[] {
  return [
    ...of('run VMs', ...targets.map(({ qemuPackage }) => qemuPackage)),
    ...of('setpriv ends QEMU with its owner', 'util-linux'),
    ...of('log in to a VM', 'openssh-client'),
    ...of('unpack kernels out of rpm packages', 'libarchive-tools'),
  ]
}

/** All packages of an image for an engine whose machine has this `process.arch`, sorted, each once. */
export function toolchainPackages(spec: ToolchainSpec, nodeArch: string): readonly ToolPackage[] {
  const targets = spec.targets.map((name) => archRows[name])
  const all = [
    ...kernelPackages,
    ...compilerPackages(spec.compiler, targets, nodeArch),
    ...bakePackages,
    // bookworm has no keyring of Ubuntu; the host's is taken along where it names one.
    ...(distributionOf(spec.suite) === 'ubuntu' ? of("Debian's suites too", 'debian-archive-keyring') : []),
    ...(spec.kind === 'whole' ? bootPackages(targets) : []),
  ]
  const byName = new Map(all.toReversed().map((one) => [one.name, one]))
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Architectures of the table that one machine builds with its own compiler: one image serves all of them. */
export function ownTargets(nodeArch: string): readonly ArchName[] {
  const own = architectures.filter(({ nativeHosts }) => nativeHosts.includes(nodeArch))
  return (own.length === 0 ? architectures : own).map(({ name }) => name)
}

function compilerPackages(compiler: string, targets: readonly Arch[], nodeArch: string): readonly ToolPackage[] {
  const { family, suffix } = parseCompilerName(compiler)
  const own = of('the compiler that was asked for', compiler)
  const gcc = family === 'gcc' ? `gcc${suffix}` : 'gcc'
  const libraries = targets.flatMap((target) => {
    if (!target.nativeHosts.includes(nodeArch)) {
      const triplet = target.crossPrefix.replace(/-$/, '').replaceAll('_', '-')
      // clang compiles for every architecture; its static programs still need a libc and libgcc.
      return of(`compile for ${target.name}`, `${gcc}-${triplet}`, `libc6-dev-${target.debianArch}-cross`)
    }
    return target.debianArch === debianArchOf(nodeArch) ? [] : of(`static programs for ${target.name}`, `${gcc}-multilib`)
  })
  if (family === 'gcc') return [...own, ...libraries]
  return [...own, ...libraries, ...of('the linker and binutils of LLVM=1', `lld${suffix}`, `llvm${suffix}`)]
}

/** A compiler as users name it, taken apart. */
interface CompilerName {
  readonly family: 'gcc' | 'clang'
  /** `-12` of gcc-12; empty for the suite's default. */
  readonly suffix: string
}

/** `gcc`, `gcc-12`, `clang`, `clang-18`; anything else is `BAD_COMPILER`: only these are Debian packages. */
function parseCompilerName(compiler: string): CompilerName {
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
