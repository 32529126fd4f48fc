import type { FragmentOption } from '../kconfig/fragments/fragment.ts'
import type { MachineCandidate, MachineName } from './machines.ts'

/** Architectures that kernels are built and guests are run for: each has a row in `rows.ts`. */
export type ArchName = 'x86_64' | 'i386'

/** A word of the kernel command line and why it is there. */
export interface KernelWord {
  readonly word: string
  readonly why: string
}

/** An ELF note that marks a vmlinux as one that QEMU may enter, and the kernel option that adds it. */
export interface EntryNote {
  readonly name: string
  readonly type: number
  /** What messages call it. */
  readonly title: string
  readonly option: string
}

/** Places in the presets that each architecture fills with options of its own. */
export type KconfigPart = 'console' | 'guest' | 'compatibility' | 'platform' | 'hardlockup' | 'stackGuard'

/** A CPU feature, as QEMU's `-cpu` names it, that QEMU before a major version emulates wrongly. */
export interface EmulationFault {
  readonly feature: string
  readonly before: number
}

/** Everything that differs between architectures, one row each: code asks the row and never compares names. */
export interface Arch {
  readonly name: ArchName
  /** Other names that users write. */
  readonly aliases: readonly string[]
  readonly wordBits: 32 | 64
  readonly byteOrder: 'little' | 'big'
  /** e_machine of its programs (elf(5)). */
  readonly elfMachine: number
  /** An architecture whose programs its kernels run too, and the option that this takes. */
  readonly alsoRuns: { readonly name: ArchName; readonly option: string } | undefined

  /** Names that `uname -m` prints in such a guest or on such a host. */
  readonly machineNames: readonly string[]
  /** `process.arch` of a Node that runs on it. */
  readonly nodeArch: string
  /** GOARCH: what Docker calls it. */
  readonly goArch: string
  /** `process.arch` values of hosts whose own compiler builds this architecture, and whose KVM can run it. */
  readonly nativeHosts: readonly string[]
  /** Guest of `host/kvm` that proves KVM; `undefined`: there is none, and KVM is not used. */
  readonly kvmProbe: 'bits32' | 'bits64' | undefined
  /** Guest program that measures the counter of such a host, which emulated guests read; `undefined`: none is measured. */
  readonly counterProgram: 'tsc' | undefined

  /** Triplet prefix of Debian's cross compiler; unused when the host's own compiler can build for it with `compilerFlags`. */
  readonly crossPrefix: string
  /** Options that make gcc or clang emit code for this architecture on a native host. */
  readonly compilerFlags: readonly string[]
  /** Options for programs that run on every CPU and without libc: no vector registers. */
  readonly freestandingFlags: readonly string[]

  readonly debianArch: string
  /** What the names of Debian's general kernel packages for it end with. */
  readonly debianKernel: string
  /** What rpm packages for it are marked with. */
  readonly rpmArch: string
  /** Newest suite that has this architecture installable. */
  readonly defaultSuite: string
  /** Top-level directories of its root file systems that are links into /usr. */
  readonly mergedDirectories: readonly string[]
  /** PT_INTERP of its programs (glibc), and where its root file systems have shared libraries: Debian's and Fedora's directories. */
  readonly loader: string
  readonly libraryDirectories: readonly string[]

  /** `ARCH=` of the kernel's make. */
  readonly kernelArch: string
  /** Directory under arch/ of the kernel tree. */
  readonly sourceArch: string
  /** Compressed image: make target and its path below the build directory. */
  readonly imageTarget: string
  readonly imagePath: string
  /** What the beginning of such an image says; `undefined` for any other file, and for images of other architectures. */
  readonly readImage: (head: Uint8Array) => ImageHeader | undefined
  /** Whether QEMU may enter a vmlinux itself, without the image's decompressor. */
  readonly directEntry: EntryNote | 'always' | 'never'
  /** Kconfig lines that select this architecture on top of allnoconfig. */
  readonly kconfig: readonly (readonly [symbol: string, value: 'y' | 'n'])[]
  readonly kconfigParts: Readonly<Record<KconfigPart, readonly FragmentOption[]>>

  /** COMMAND_LINE_SIZE, the final zero included; what is longer is cut without a message. */
  readonly commandLineSize: number
  /** Kernel console: the name after `console=` and the value of `earlycon=` (Documentation/admin-guide/kernel-parameters.txt). */
  readonly console: string
  readonly earlycon: string
  /** Option of the console's driver. */
  readonly consoleDriver: string
  /** QEMU's words that connect this console with the chardev `console`. */
  readonly consoleArgs: readonly string[]
  /** What every guest of this architecture gets on its command line. */
  readonly kernelWords: readonly KernelWord[]
  /** What emulated guests get too where the frequency of the host's counter is known. */
  readonly counterWords: (khz: number) => readonly KernelWord[]

  /** What gdb's `set architecture` calls it. */
  readonly gdbArchitecture: string

  readonly qemuBinary: string
  /** Debian package with {@link qemuBinary}. */
  readonly qemuPackage: string
  /** QEMU's `-cpu` under emulation: all that it can emulate, so that user space built for newer CPUs runs too. */
  readonly emulatedCpu: string
  /** Features of it that some QEMU versions emulate wrongly: they are taken away there. */
  readonly emulationFaults: readonly EmulationFault[]
  /** Whether QEMU emulates its CPUs right only in turn, on one thread of the host. */
  readonly emulatedInTurn: boolean
  /** Machine types from the fastest on. */
  readonly machines: readonly MachineCandidate[]
  /** The machine that boots every kernel, and why one of {@link machines} was not taken. */
  readonly lastMachine: { readonly machine: MachineName; readonly why: string }
}

/** What the beginning of a compressed kernel image says. */
export interface ImageHeader {
  /** Where the text `6.12.1 (user@host) …` is in the file, up to a zero byte. */
  readonly versionAt: number | undefined
  /** Where the compressed kernel is in the file. */
  readonly payload: { readonly offset: number; readonly size: number } | undefined
}
