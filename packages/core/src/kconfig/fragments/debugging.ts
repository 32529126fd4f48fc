import type { Fragment, FragmentOption } from './fragment.ts'
import { ofArchitectures } from './of-architectures.ts'

const debugKernel: FragmentOption = { symbol: 'DEBUG_KERNEL', why: 'opens the menu of debugging options' }

const names: FragmentOption = { symbol: 'KALLSYMS', why: 'names instead of addresses in traces' }

const caller: FragmentOption = {
  symbol: 'PRINTK_CALLER',
  why: 'each line names its task or CPU: reports that are printed at once stay apart',
}

const symbols: readonly FragmentOption[] = [
  debugKernel,
  { symbol: 'DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT', why: 'debug information; DEBUG_INFO itself follows from this choice' },
  names,
  { symbol: 'GDB_SCRIPTS', why: 'the lx- commands of gdb' },
  { symbol: 'WATCHDOG', why: 'opens the menu of watchdogs', optional: true },
  { symbol: 'I6300ESB_WDT', why: 'the device of --watchdog', optional: true },
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
    { symbol: 'KASAN_VMALLOC', why: 'checks vmalloc memory too; with KASAN, VMAP_STACK needs it', optional: true },
    { symbol: 'STACKTRACE', why: 'where memory was allocated and freed', optional: true },
    {
      symbol: 'VMAP_STACK',
      why: 'a page that faults below each stack: an overflow is reported instead of changing memory',
      optional: true,
    },
    debugKernel,
    names,
    caller,
  ],
}

export const lockdep: Fragment = {
  name: 'lockdep',
  summary: 'proves locking right: deadlocks are reported before they happen',
  options: [
    debugKernel,
    { symbol: 'PROVE_LOCKING', why: 'lockdep' },
    { symbol: 'DEBUG_ATOMIC_SLEEP', why: 'sleeping where that is forbidden' },
    caller,
  ],
}

export const lockup: Fragment = {
  name: 'lockup',
  summary: 'reports of hangs: soft lockups, hung tasks, stuck work queues',
  options: [
    debugKernel,
    { symbol: 'SOFTLOCKUP_DETECTOR', why: 'a CPU that does not schedule' },
    ...ofArchitectures('hardlockup'),
    { symbol: 'DETECT_HUNG_TASK', why: 'a task that sleeps without end' },
    { symbol: 'WQ_WATCHDOG', why: 'a work queue that makes no progress' },
    names,
    caller,
  ],
}

export const ubsan: Fragment = {
  name: 'ubsan',
  summary: 'finds indexes beyond arrays and shifts that are too wide',
  options: [
    { symbol: 'UBSAN', why: 'the undefined behaviour sanitizer' },
    { symbol: 'UBSAN_TRAP', value: 'n', why: 'a report and no crash' },
    { symbol: 'UBSAN_BOUNDS', why: 'indexes of arrays whose size is known' },
    { symbol: 'UBSAN_SHIFT', why: 'shifts by more than the type is wide' },
    names,
  ],
}

/** Crashes on request, to see what a harness makes of them. */
export const lkdtm: Fragment = {
  name: 'lkdtm',
  summary: 'crashes on request: echo BUG > /sys/kernel/debug/provoke-crash/DIRECT',
  options: [
    debugKernel,
    { symbol: 'DEBUG_FS', why: 'where the crashes are asked for' },
    { symbol: 'RUNTIME_TESTING_MENU', why: 'opens the menu that LKDTM is in' },
    { symbol: 'LKDTM', why: 'the crashes' },
    { symbol: 'DEBUG_LIST', why: 'broken lists are reported when an entry is added or taken out' },
    ...ofArchitectures('stackGuard'),
    names,
  ],
}

export const kunit: Fragment = {
  name: 'kunit',
  summary: "the kernel's unit tests framework; add the tests that you want",
  options: [{ symbol: 'KUNIT', why: 'the framework; tests report as KTAP in the kernel log' }, names],
}
