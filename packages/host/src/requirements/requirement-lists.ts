import { architectures, debianArchOf, type Arch } from '@kernelkit/core/arch'
import type { Host } from '../host.ts'
import type { AnyOfRequirement, ProgramRequirement, Requirement } from './requirements.ts'

const program = (name: string, debianPackage: string, why: string): ProgramRequirement => ({
  what: 'program',
  program: name,
  package: debianPackage,
  why,
})

/** To build a kernel (Documentation/process/changes.rst); 32-bit kernels need no more: no 32-bit user program is built. */
export const buildRequirements: readonly Requirement[] = [
  program('gcc', 'gcc', 'to compile'),
  program('ld', 'binutils', 'to link'),
  program('make', 'make', 'to drive the build'),
  program('flex', 'flex', "for Kconfig's scanner"),
  program('bison', 'bison', "for Kconfig's parser"),
  program('bc', 'bc', 'for timeconst.h'),
  program('perl', 'perl', 'for scripts of the build'),
  program('xz', 'xz-utils', 'to unpack source packages'),
  { what: 'header', header: 'stdio.h', package: 'libc6-dev', why: "for the build's own programs" },
  { what: 'header', header: 'libelf.h', package: 'libelf-dev', why: 'for objtool' },
  { what: 'header', header: 'openssl/ssl.h', package: 'libssl-dev', why: 'for certificates and signing' },
  { ...program('ccache', 'ccache', 'to rebuild about ten times faster'), optional: true },
]

/** To fetch `git+URL` sources and to key work trees. */
export const gitRequirement: Requirement = program('git', 'git', 'to read git trees')

/** To install modules. */
export const moduleRequirements: readonly Requirement[] = [program('depmod', 'kmod', 'to list what each module depends on')]

const bootstrapTools: AnyOfRequirement = {
  what: 'any-of',
  of: [program('mmdebstrap', 'mmdebstrap', 'to bootstrap'), program('debootstrap', 'debootstrap', 'to bootstrap')],
  why: 'to bootstrap a root file system',
}

/** To bake an image of an architecture. */
export function bakeRequirements(
  host: Pick<Host, 'uid' | 'nodeArch'>,
  arch: Pick<Arch, 'nativeHosts' | 'debianArch'>,
): readonly Requirement[] {
  const isOwnArch = arch.nativeHosts.includes(host.nodeArch) && arch.debianArch === debianArchOf(host.nodeArch)
  return [
    bootstrapTools,
    program('mkfs.ext4', 'e2fsprogs', 'to make the disk image without a mount'),
    program('debugfs', 'e2fsprogs', 'to make the same bytes every time'),
    ...(host.uid === 0 ? [] : [program('newuidmap', 'uidmap', 'to bootstrap in a user namespace')]),
    ...(isOwnArch ? [] : [program('arch-test', 'arch-test', "for mmdebstrap's test of a foreign architecture")]),
    { ...program('zstd', 'zstd', 'to compress images'), optional: true },
  ]
}

/** To boot a VM of an architecture. */
export function bootRequirements(arch: Pick<Arch, 'qemuBinary' | 'qemuPackage'>): readonly Requirement[] {
  return [program(arch.qemuBinary, arch.qemuPackage, 'to run the VM'), program('setpriv', 'util-linux', 'to end QEMU with its owner')]
}

/** To prepare the kernel of a distribution. */
export const imageKernelRequirements: readonly Requirement[] = [
  program('depmod', 'kmod', 'to list what each module depends on'),
  program('xz', 'xz-utils', 'to unpack modules'),
]

export const debRequirements: readonly Requirement[] = [program('dpkg-deb', 'dpkg', 'to unpack packages'), ...imageKernelRequirements]

export const distributionKernelRequirements: readonly Requirement[] = [
  program('apt-get', 'apt', 'to read the lists of a mirror'),
  ...debRequirements,
]

export const rpmRequirements: readonly Requirement[] = [
  program('bsdtar', 'libarchive-tools', 'to unpack rpm packages'),
  ...imageKernelRequirements,
]

export const sshRequirements: readonly Requirement[] = [
  program('ssh', 'openssh-client', 'to log in'),
  program('ssh-keygen', 'openssh-client', 'to make the keys of a VM'),
]

/** To give reports their lines. */
export const symboliserRequirements: readonly Requirement[] = [
  {
    what: 'any-of',
    of: [program('llvm-symbolizer', 'llvm', 'the fast one'), program('addr2line', 'binutils', 'comes with every compiler')],
    why: 'to give the calls of kernel reports their lines',
  },
]

export const gdbRequirements: readonly Requirement[] = [program('gdb', 'gdb', 'to debug the kernel')]

/** Programs for scripts on a guest's memory. */
export const crashRequirement: Requirement = program('crash', 'crash', "to run scripts on a guest's memory")
export const drgnRequirement: Requirement = program('drgn', 'python3-drgn', "to run scripts on a guest's memory")

/** What is in every Debian but not on every PATH: the other programs that we start. */
const basePackages: Readonly<Record<string, string>> = {
  'apt-cache': 'apt',
  'apt-config': 'apt',
  'apt-get': 'apt',
  cat: 'coreutils',
  env: 'coreutils',
  id: 'coreutils',
  mkfifo: 'coreutils',
  rm: 'coreutils',
  sh: 'dash',
  tar: 'tar',
  unshare: 'util-linux',
}

/** The Debian package of a program that we start, where it is known. */
export function packageOfProgram(name: string): string | undefined {
  const lists = [buildRequirements, [gitRequirement, bootstrapTools], sshRequirements, symboliserRequirements, gdbRequirements]
  const own = [
    ...architectures.flatMap((arch) => [...bootRequirements(arch), ...bakeRequirements({ uid: 1, nodeArch: '' }, arch)]),
    ...lists.flat(),
  ]
  const programs = own.flatMap((one) => (one.what === 'any-of' ? one.of : [one]))
  return programs.find((one) => one.what === 'program' && one.program === name)?.package ?? basePackages[name]
}
