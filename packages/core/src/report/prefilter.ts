/**
 * Words of which every first line of a report has one. Looked for before any other expression, in whole chunks of the console:
 * ordinary text has none of them, so a log costs little more than finding its line ends.
 */
const words = [
  'BUG',
  'WARNING',
  'INFO: ',
  'panic',
  'PANIC',
  'protection fault',
  'page fault',
  'segfault',
  'double fault',
  'nhandled ',
  'UBSAN',
  'Oops',
  'ODEBUG',
  'Internal error',
  'nable to handle',
  'refcount_t',
  'list_add',
  'list_del',
  'slab: ',
  'usercopy',
  'detected buffer',
  'LOCKUP',
  'CSD lock',
  'cut here',
  'unreferenced object',
  'kmemleak',
  'oom-killer',
  'page allocation',
  'vmalloc',
  'traps: ',
  'exception: ',
  'invalid opcode',
  'divide error',
  'divide_error',
  'Division by zero',
  'rcu: ',
  'ASSERT FAILED',
  'Busy inodes',
  'stack segment',
  'segment not present',
  'invalid TSS',
  'alignment check',
  'coprocessor',
  'Alignment trap',
  'Bad mode',
  'CFI failure',
  'Missing ENDBR',
  'kernel tried',
  'stack overflow',
  'int3: ',
  'bounds: ',
  'overflow: ',
  'ilc:',
  'machine check: ',
  'fatal signal',
  'process fault',
  'Insufficient stack',
  'control protection',
  'simd exception',
  'Kernel bug detected',
  'in kernel code',
  'Unexpected kernel',
  'unregister_netdevice',
  'Slab corruption',
  'slab error',
  'Linux version',
  'nokaslr',
  'as init process',
  'reboot: ',
] as const

/** Source of the prefilter for whole chunks; new expressions each time, because they carry their place. */
export function reportWords(): RegExp {
  return new RegExp(words.map((word) => word.replace(/[[\]]/g, String.raw`\$&`)).join('|'), 'g')
}

const once = new RegExp(words.join('|'))

/** Whether a line is worth the table of formats. */
export function mayBeginReport(text: string): boolean {
  return once.test(text)
}
