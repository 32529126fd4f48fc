import { viewOf, textOf } from '../elf/index.ts'
import type { FragmentOption } from '../kconfig/fragments/fragment.ts'
import type { Arch, EntryNote, ImageHeader } from './arch.ts'
import type { MachineCandidate } from './machines.ts'

const xloadKernel64 = 1

/** Documentation/arch/x86/boot.rst: "HdrS" at 0x202, xloadflags at 0x236 with bit 0 for a 64-bit kernel. */
function readBootHeader(head: Uint8Array, { wordBits }: Pick<Arch, 'wordBits'>): ImageHeader | undefined {
  if (head.length < 0x268 || textOf(head.subarray(0x202, 0x206)) !== 'HdrS') return undefined
  const view = viewOf(head)
  const bits = (view.getUint16(0x236, true) & xloadKernel64) === 0 ? 32 : 64
  if (bits !== wordBits) return undefined
  // kernel_version at 0x20e: offset of the text from 0x200.
  const version = view.getUint16(0x20e, true)
  // setup_sects at 0x1f1, payload_offset at 0x248, payload_length at 0x24c; no sectors means four.
  const start = ((head[0x1f1] || 4) + 1) * 512
  return {
    versionAt: version === 0 ? undefined : version + 0x200,
    payload: { offset: start + view.getUint32(0x248, true), size: view.getUint32(0x24c, true) },
  }
}

// XEN_ELFNOTE_PHYS32_ENTRY (include/xen/interface/elfnote.h): the entry that QEMU calls for PVH.
const pvhEntry: EntryNote = { name: 'Xen', type: 18, title: 'PVH note', option: 'PVH' }

const machineChoice: readonly MachineCandidate[] = [
  // Under TCG a tenth of a second of a boot is the count of the APIC timer's frequency. Several CPUs need the APICs' own timers.
  {
    machine: 'q35',
    why: 'the fastest for one emulated CPU: qboot, and no APIC timer to measure',
    only: { accel: 'tcg', cpus: 1, options: ['PCI', 'VIRTIO_PCI', 'ACPI'] },
    firmware: 'qboot',
    words: [
      // Documentation/admin-guide/kernel-parameters.txt; calibrate_APIC_clock() of arch/x86/kernel/apic/apic.c counts for HZ/10 ticks.
      { word: 'nolapic_timer', why: 'measuring the APIC timer takes 0.1 s, and fails on a busy host; the HPET ticks as well' },
    ],
  },
  { machine: 'microvm', why: 'the fastest: the kernel has VIRTIO_MMIO and ACPI' },
  // q35 routes PCI interrupts by ACPI; pc works without.
  { machine: 'q35', wants: ['ACPI'] },
]

const consoleOptions: readonly FragmentOption[] = [
  { symbol: 'SERIAL_8250', why: 'the kernel log leaves the guest through the first serial port' },
  { symbol: 'SERIAL_8250_CONSOLE', why: 'console=ttyS0 and earlycon' },
]

const guestOptions: readonly FragmentOption[] = [
  { symbol: 'HYPERVISOR_GUEST', why: 'opens the menu of guest options' },
  { symbol: 'PARAVIRT', why: 'paravirtual clock and spinlocks' },
  { symbol: 'KVM_GUEST', why: 'kvm-clock and the other KVM interfaces' },
  { symbol: 'PVH', why: 'QEMU boots vmlinux directly, without the decompressor: a quarter of the boot time saved' },
  { symbol: 'X86_IOPL_IOPERM', why: 'port I/O from user space (isa-debug-exit); allnoconfig switches it off', optional: true },
  { symbol: 'ACPI', why: 'power off, and interrupts of PCI devices on q35' },
]

const times32: FragmentOption = { symbol: 'COMPAT_32BIT_TIME', why: '32-bit C libraries use system calls with 32-bit times (futex)' }

const platformOptions: readonly FragmentOption[] = [
  { symbol: 'RTC_DRV_CMOS', why: 'the PC clock: a right date at boot' },
  { symbol: 'DMIID', why: 'systemd-detect-virt' },
]

const hardlockupOptions: readonly FragmentOption[] = [
  { symbol: 'HARDLOCKUP_DETECTOR', why: 'a CPU that keeps interrupts off', optional: true },
  {
    symbol: 'HARDLOCKUP_DETECTOR_PREFER_BUDDY',
    why: 'CPUs watch each other: guests seldom have the performance counters that the other way needs (since 6.5)',
    optional: true,
  },
]

/** What both widths share. */
const x86 = {
  byteOrder: 'little',
  nativeHosts: ['x64'],
  freestandingFlags: ['-mgeneral-regs-only'],
  sourceArch: 'x86',
  imageTarget: 'bzImage',
  imagePath: 'arch/x86/boot/bzImage',
  directEntry: pvhEntry,
  // arch/x86/include/asm/setup.h
  commandLineSize: 2048,
  // The first 16550 of a PC, which every machine has: I/O port 0x3f8 (Documentation/admin-guide/kernel-parameters.txt, earlycon=uart8250,io,<addr>).
  console: 'ttyS0',
  earlycon: 'uart8250,io,0x3f8',
  consoleDriver: 'SERIAL_8250_CONSOLE',
  consoleArgs: ['-serial', 'chardev:console'],
  // Documentation/admin-guide/kernel-parameters.txt
  kernelWords: [
    { word: 'no_timer_check', why: "a busy host delays the timer's first tick, which would be taken for a broken timer" },
    {
      word: 'noreplace-smp',
      why: 'on one CPU too the code of an SMP kernel runs; patching its lock prefixes away costs 0.1 s under emulation',
    },
  ],
  counterWords: (khz) => [
    { word: `tsc_early_khz=${khz}`, why: 'calibration against emulated timers goes wrong under load, and for ever on microvm' },
    // Documentation/admin-guide/kernel-parameters.txt, tsc=
    { word: 'tsc=reliable', why: "the emulated counter is the host's own: no watchdog may give it up on a busy host" },
  ],
  qemuPackage: 'qemu-system-x86',
  // Measured with 7.2.22 at a load of 12, Debian's 6.12 on two CPUs with a thread each: of 125 boots one met a breakpoint that text_poke_bp()
  // (arch/x86/kernel/alternative.c) had taken back, and in one a timer never ended. In turn: none of 176, in the same time.
  emulatedInTurn: true,
  machines: machineChoice,
  lastMachine: { machine: 'pc', why: 'the kernel has no ACPI' },
} as const satisfies Partial<Arch>

export const x86_64: Arch = {
  ...x86,
  name: 'x86_64',
  aliases: ['amd64', 'x86-64'],
  wordBits: 64,
  elfMachine: 62,
  alsoRuns: { name: 'i386', option: 'IA32_EMULATION' },
  machineNames: ['x86_64'],
  nodeArch: 'x64',
  goArch: 'amd64',
  kvmProbe: 'bits64',
  counterProgram: 'tsc',
  crossPrefix: 'x86_64-linux-gnu-',
  compilerFlags: ['-m64'],
  debianArch: 'amd64',
  debianKernel: 'amd64',
  rpmArch: 'x86_64',
  defaultSuite: 'trixie',
  mergedDirectories: ['bin', 'lib', 'lib64', 'sbin'],
  loader: '/lib64/ld-linux-x86-64.so.2',
  libraryDirectories: ['/lib/x86_64-linux-gnu', '/lib64'],
  kernelArch: 'x86_64',
  readImage: (head) => readBootHeader(head, { wordBits: 64 }),
  kconfig: [['64BIT', 'y']],
  kconfigParts: {
    console: consoleOptions,
    guest: guestOptions,
    compatibility: [{ symbol: 'IA32_EMULATION', why: '32-bit programs on a 64-bit kernel' }, times32],
    platform: platformOptions,
    hardlockup: hardlockupOptions,
    stackGuard: [{ symbol: 'VMAP_STACK', why: 'EXHAUST_STACK runs into a guard page' }],
  },
  gdbArchitecture: 'i386:x86-64',
  qemuBinary: 'qemu-system-x86_64',
  emulatedCpu: 'max',
  // Measured with 7.2.22 on a busy host: Debian's 6.12, whose allocator uses CMPXCHG16B, crashes in 7 of 10 boots (double faults, NULL
  // pointers), without the feature in none. Programs for x86-64-v2 need it; the distributions of such QEMU versions have none.
  emulationFaults: [{ feature: 'cx16', before: 8 }],
}

export const i386: Arch = {
  ...x86,
  name: 'i386',
  aliases: ['i686', 'x86'],
  wordBits: 32,
  elfMachine: 3,
  alsoRuns: undefined,
  machineNames: ['i386', 'i486', 'i586', 'i686'],
  nodeArch: 'ia32',
  goArch: '386',
  kvmProbe: 'bits32',
  // Its hosts' own architecture is the 64-bit one.
  counterProgram: undefined,
  crossPrefix: 'i686-linux-gnu-',
  compilerFlags: ['-m32'],
  debianArch: 'i386',
  debianKernel: '686-pae',
  rpmArch: 'i686',
  // Debian dropped i386 as an installable architecture after bookworm.
  defaultSuite: 'bookworm',
  mergedDirectories: ['bin', 'lib', 'sbin'],
  loader: '/lib/ld-linux.so.2',
  libraryDirectories: ['/lib/i386-linux-gnu', '/lib'],
  kernelArch: 'i386',
  readImage: (head) => readBootHeader(head, { wordBits: 32 }),
  kconfig: [
    ['64BIT', 'n'],
    ['M686', 'y'],
  ],
  kconfigParts: {
    console: consoleOptions,
    guest: guestOptions,
    compatibility: [times32],
    platform: platformOptions,
    hardlockup: hardlockupOptions,
    stackGuard: [],
  },
  gdbArchitecture: 'i386',
  qemuBinary: 'qemu-system-i386',
  // Of the 32-bit QEMU it is an Athlon, on which an SMP kernel warns (arch/x86/kernel/cpu/amd.c, init_amd_k7): family 15 is not.
  emulatedCpu: 'max,family=15',
  emulationFaults: [],
}
