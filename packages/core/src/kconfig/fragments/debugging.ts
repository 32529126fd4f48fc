import { x86, type Fragment, type FragmentOption } from './fragment.ts'

const symbols: readonly FragmentOption[] = [
  { symbol: 'DEBUG_KERNEL', why: 'opens the menu of debugging options' },
  { symbol: 'DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT', why: 'debug information; DEBUG_INFO itself follows from this choice' },
  { symbol: 'KALLSYMS', why: 'names instead of addresses in traces' },
  { symbol: 'GDB_SCRIPTS', why: 'the lx- commands of gdb' },
]

/** Breakpoints and backtraces with lines, at 6 % more compile time. */
export const debug: Fragment = {
  name: 'debug',
  summary: 'reduced debug information: functions and lines, no structure types (6 % more compile time)',
  options: [...symbols, { symbol: 'DEBUG_INFO_REDUCED', why: 'half the object size; structure types are left out' }],
}

/** Everything gdb can show, at 30 % more compile time. */
export const debugFull: Fragment = {
  name: 'debug-full',
  summary: 'full debug information: structure types and all lx- commands of gdb (30 % more compile time)',
  options: [...symbols, { symbol: 'DEBUG_INFO_REDUCED', value: 'n', why: "structure types, which gdb's lx- commands read" }],
}

export const kasan: Fragment = {
  name: 'kasan',
  summary: 'finds use after free and out of bounds (guests get more memory)',
  options: [
    { symbol: 'KASAN', why: 'the address sanitizer' },
    { symbol: 'KASAN_GENERIC', why: 'the mode that needs no special hardware' },
    { symbol: 'KASAN_VMALLOC', why: 'checks vmalloc memory too', optional: true },
    { symbol: 'STACKTRACE', why: 'where memory was allocated and freed', optional: true },
    { symbol: 'DEBUG_KERNEL', why: 'opens the menu of debugging options' },
  ],
}

export const lockdep: Fragment = {
  name: 'lockdep',
  summary: 'proves locking right: deadlocks are reported before they happen',
  options: [
    { symbol: 'DEBUG_KERNEL', why: 'opens the menu of debugging options' },
    { symbol: 'PROVE_LOCKING', why: 'lockdep' },
    { symbol: 'DEBUG_ATOMIC_SLEEP', why: 'sleeping where that is forbidden' },
  ],
}

export const lockup: Fragment = {
  name: 'lockup',
  summary: 'reports of hangs: soft lockups, hung tasks, stuck work queues',
  options: [
    { symbol: 'DEBUG_KERNEL', why: 'opens the menu of debugging options' },
    { symbol: 'SOFTLOCKUP_DETECTOR', why: 'a processor that does not schedule' },
    { symbol: 'HARDLOCKUP_DETECTOR', why: 'a processor with interrupts off', archs: x86, optional: true },
    { symbol: 'DETECT_HUNG_TASK', why: 'a task that sleeps without end' },
    { symbol: 'WQ_WATCHDOG', why: 'a work queue that stands still' },
  ],
}

export const kunit: Fragment = {
  name: 'kunit',
  summary: "the kernel's unit tests framework; add the tests that you want",
  options: [{ symbol: 'KUNIT', why: 'the framework; tests report as KTAP in the kernel log' }],
}
