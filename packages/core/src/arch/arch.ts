import { UserError, message, nearestName, option } from '../errors/index.ts'

export type ArchName = 'x86_64' | 'i386'

/** A word of the kernel command line and why it is there. */
export interface KernelWord {
  readonly word: string
  readonly why: string
}

/** Everything that differs between architectures, one row each: code asks the row and never compares names. */
export interface Arch {
  readonly name: ArchName
  /** Other names that users write. */
  readonly aliases: readonly string[]
  /** `ARCH=` of the kernel's make. */
  readonly kernelArch: string
  /** Folder under arch/ of the kernel tree. */
  readonly sourceArch: string
  /** Names that `uname -m` answers in such a guest or on such a host. */
  readonly machineNames: readonly string[]
  readonly debianArch: string
  /** Newest suite family that still has this architecture installable; `undefined`: every suite. */
  readonly defaultSuite: string
  readonly qemuBinary: string
  /** Debian package with {@link qemuBinary}. */
  readonly qemuPackage: string
  /** Machine types from the fastest to the most general (QEMU `-machine help`). */
  readonly machines: readonly ('microvm' | 'q35' | 'pc')[]
  /** Compressed image: make target and its path below the build directory. */
  readonly imageTarget: string
  readonly imagePath: string
  /** Kernel console: the name after `console=` and the value of `earlycon=` (Documentation/admin-guide/kernel-parameters.txt). */
  readonly console: string
  readonly earlycon: string
  /** What every guest of this architecture gets on its command line. */
  readonly kernelWords: readonly KernelWord[]
  /** QEMU's `-cpu` under emulation: all that it can emulate, so that user space built for x86-64-v3 runs too. */
  readonly emulatedCpu: string
  readonly gdbArchitecture: string
  /** e_machine of its programs (elf(5)). */
  readonly elfMachine: number
  /** Triplet prefix of Debian's cross compiler; unused when the host's own compiler can build for it with `kernelArch`. */
  readonly crossPrefix: string
  /** `process.arch` values of hosts whose own compiler builds this architecture, and whose KVM can run it. */
  readonly nativeHosts: readonly string[]
  /** Options that make gcc or clang emit code for this architecture on a native host. */
  readonly compilerFlags: readonly string[]
  /** Kconfig lines that select this architecture on top of allnoconfig. */
  readonly kconfig: readonly (readonly [symbol: string, value: 'y' | 'n'])[]
  readonly wordBits: 32 | 64
}

const x86Console = {
  // The first 16550 of a PC: I/O port 0x3f8 (Documentation/admin-guide/kernel-parameters.txt, earlycon=uart8250,io,<addr>).
  console: 'ttyS0',
  earlycon: 'uart8250,io,0x3f8',
  // Documentation/admin-guide/kernel-parameters.txt
  kernelWords: [
    { word: 'no_timer_check', why: "a busy host delays the timer's first tick, which would be taken for a broken timer" },
    {
      word: 'noreplace-smp',
      why: 'on one CPU too the code of an SMP kernel runs; patching its lock prefixes away costs 0.1 s under emulation',
    },
  ],
  sourceArch: 'x86',
  imageTarget: 'bzImage',
  imagePath: 'arch/x86/boot/bzImage',
  machines: ['microvm', 'q35', 'pc'],
  qemuPackage: 'qemu-system-x86',
  nativeHosts: ['x64'],
} as const

/** The architecture table. */
export const architectures: readonly Arch[] = [
  {
    ...x86Console,
    name: 'x86_64',
    aliases: ['amd64', 'x86-64'],
    kernelArch: 'x86_64',
    machineNames: ['x86_64'],
    debianArch: 'amd64',
    defaultSuite: 'trixie',
    qemuBinary: 'qemu-system-x86_64',
    emulatedCpu: 'max',
    gdbArchitecture: 'i386:x86-64',
    elfMachine: 62,
    crossPrefix: 'x86_64-linux-gnu-',
    compilerFlags: ['-m64'],
    kconfig: [['64BIT', 'y']],
    wordBits: 64,
  },
  {
    ...x86Console,
    name: 'i386',
    aliases: ['i686', 'x86'],
    kernelArch: 'i386',
    machineNames: ['i386', 'i486', 'i586', 'i686'],
    debianArch: 'i386',
    // Debian dropped i386 as an installable architecture after bookworm.
    defaultSuite: 'bookworm',
    qemuBinary: 'qemu-system-i386',
    // Of the 32-bit QEMU it is an Athlon, on which an SMP kernel warns (arch/x86/kernel/cpu/amd.c, init_amd_k7): family 15 is not.
    emulatedCpu: 'max,family=15',
    gdbArchitecture: 'i386',
    elfMachine: 3,
    crossPrefix: 'i686-linux-gnu-',
    compilerFlags: ['-m32'],
    kconfig: [
      ['64BIT', 'n'],
      ['M686', 'y'],
    ],
    wordBits: 32,
  },
]

/** The row of a name or alias, `undefined` when there is none. */
export function findArch(name: string): Arch | undefined {
  const wanted = name.toLowerCase()
  return architectures.find((arch) => arch.name === wanted || arch.aliases.includes(wanted) || arch.machineNames.includes(wanted))
}

/** The row of a name that a user wrote; `BAD_ARCH` names the allowed ones. */
export function parseArch(raw: string): Arch {
  const arch = findArch(raw)
  if (arch !== undefined) return arch
  const names = architectures.flatMap((row) => [row.name, ...row.aliases])
  const near = nearestName(raw, names)
  throw new UserError('BAD_ARCH', `architecture '${raw}' is not known; allowed: ${names.join(', ')}.`, {
    hint: near === undefined ? message`Choose one of these with ${option('arch')}.` : message`Did you mean ${option('arch', near)}?`,
    details: { seen: raw, allowed: names },
  })
}

/** The architecture that a machine with this `process.arch` runs itself; the first row elsewhere, where everything is emulated. */
export function hostArch(nodeArch: string): ArchName {
  return architectures.find((arch) => arch.nativeHosts.includes(nodeArch))?.name ?? 'x86_64'
}
