import { symbol, type Format } from '../format.ts'

const before = [
  'null-deref',
  'oops',
  'gpf',
  'bug',
  'list-corruption',
  'stack-overflow',
  'divide-error',
  'invalid-opcode',
  'kfence',
  'ubsan',
  'other',
] as const

/** Access to what is not there: arch/x86/mm/fault.c, arch/arm/mm/fault.c, arch/arm64/mm/fault.c, arch/riscv/mm/fault.c and their like. */
export const faultFormats: readonly Format[] = [
  {
    kind: 'null-deref',
    first: /BUG: (?:unable to handle )?[kK]ernel NULL pointer dereference/,
    title: 'BUG: kernel NULL pointer dereference in {function}',
    blame: 'trace',
  },
  {
    kind: 'null-deref',
    first: /Unable to handle kernel NULL pointer dereference/,
    title: 'BUG: kernel NULL pointer dereference in {function}',
    blame: 'trace',
    continues: ['kasan'],
  },
  {
    kind: 'stack-overflow',
    first:
      /BUG: (?:\w+ )?stack guard page was hit|^(?:kernel )?stack overflow|^Insufficient stack space to handle exception|[kK]ernel stack overflow/,
    title: 'BUG: stack guard page was hit in {function}',
    continues: ['stack-overflow'],
    blame: 'entry',
  },
  {
    kind: 'oops',
    first: /BUG: unable to handle (?:kernel )?(?:page fault for address|paging request)/,
    title: 'BUG: unable to handle page fault in {function}',
    blame: 'trace',
  },
  {
    kind: 'oops',
    first: /BUG: [uU]nable to handle (?<what>kernel (?:data access|instruction fetch|unaligned access)|unknown paging fault)/,
    title: 'BUG: unable to handle {what} in {function}',
    blame: 'trace',
  },
  {
    kind: 'oops',
    first: /Unable to handle kernel (?!NULL)(?<what>[a-zA-Z -]{1,60}?) (?:for \w+ )?(?:at|in|from) (?:virtual|address|unreliable)/,
    title: 'BUG: unable to handle kernel {what} in {function}',
    blame: 'trace',
    continues: ['kasan'],
  },
  {
    kind: 'oops',
    first: /^Unable to handle kernel (?:pointer dereference|paging request) (?:in|for|at)/,
    title: 'BUG: unable to handle kernel paging request in {function}',
    blame: 'trace',
  },
  // arch/x86/mm/fault.c: show_fault_oops() names these before the BUG: line.
  {
    kind: 'oops',
    first: /^kernel tried to execute (?:NX-protected page|userspace)/,
    title: 'BUG: execution of a page that holds no code in {function}',
    blame: 'trace',
    leads: true,
  },
  // arch/parisc/kernel/traps.c: parisc_terminate(); the panic follows.
  {
    kind: 'oops',
    first: /^(?<what>[A-Z][\w ()-]{1,60}): Code=\d+ \(.{1,60}\) at addr [0-9a-f]{8,16}/,
    title: '{what} in {function}',
    blame: 'trace',
    continues: before,
  },
  // arch/arm64/kernel/traps.c: arm64_serror_panic(); the panic follows.
  { kind: 'oops', first: /^SError Interrupt on CPU\d+/, title: 'SError in {function}', blame: 'trace', leads: true },
  // arch/powerpc/mm/fault.c: bad_kernel_fault().
  {
    kind: 'oops',
    first: /^Kernel attempted to (?<what>read|write|execute|access) user page \(/,
    title: 'BUG: {what} of a user page in {function}',
    blame: 'trace',
    leads: true,
  },
  // arch/x86/mm/kasan_init_64.c up to 5.6: kasan_die_handler().
  {
    kind: 'gpf',
    first: /^kasan: GPF could be caused by /,
    title: 'general protection fault in {function}',
    blame: 'trace',
    leads: true,
  },
  {
    kind: 'gpf',
    first: /general protection fault(?:,| maybe|: [0-9a-f]| for )/,
    title: 'general protection fault in {function}',
    blame: 'trace',
    continues: ['kasan'],
  },
  // arch/x86/kernel/traps.c: the exceptions by name.
  {
    kind: 'oops',
    first:
      /^(?:Oops: )?(?<what>stack segment|segment not present|invalid TSS|alignment check|coprocessor segment overrun|int3|bounds|overflow|control protection|simd exception|general exception|machine check|double fault): [0-9a-f]+ \[#\d+\]/,
    title: '{what} in {function}',
    blame: 'trace',
    continues: [...before, 'panic'],
  },
  {
    kind: 'oops',
    first: /PANIC: (?<what>double fault|early exception \S+)/,
    title: 'PANIC: {what} in {function}',
    blame: 'trace',
    continues: ['stack-overflow'],
  },
  // arch/arm: "Unhandled fault: alignment exception (0x001) at 0x…", "Alignment trap: not handling instruction"; arch/arm64: "Internal error: synchronous external abort".
  { kind: 'oops', first: /^Alignment trap: not handling instruction/, title: 'Alignment trap in {function}', blame: 'trace' },
  {
    kind: 'oops',
    first: /^Unhandled (?:prefetch )?(?:fault|abort): (?<what>[\w ()/-]+?) \(0x/,
    title: 'Unhandled fault: {what} in {function}',
    blame: 'trace',
    continues: ['oops'],
  },
  {
    kind: 'oops',
    first: /^Internal error: (?:Oops(?: - (?<what>[A-Za-z /-]+))?|(?<name>[A-Za-z][\w /-]*)|): [0-9a-f]+ \[#\d+\]/,
    title: 'Internal error in {function}',
    blame: 'trace',
    continues: [...before, 'panic', 'kasan'],
  },
  { kind: 'oops', first: /^Bad mode in (?<what>.*) handler detected/, title: 'Bad mode in {what} handler', blame: 'trace' },
  // arch/s390/kernel/traps.c, dumpstack.c: "addressing exception: 0005 ilc:2 [#1]".
  {
    kind: 'oops',
    first:
      /^(?<what>addressing exception|specification exception|data exception|privileged operation|operation exception|illegal operation|protection exception|execute exception|monitor event|translation exception|special operation exception|vector processing exception|space switch event|HFP \w+ exception|transaction constraint exception|Low-address protection|stack overflow): [0-9a-f]{4} ilc:\d \[#\d+\]/,
    title: '{what} in {function}',
    blame: 'trace',
    continues: before,
  },
  // arch/powerpc/kernel/traps.c: "Oops: Kernel access of bad area, sig: 11 [#1]"; others: "Oops: 0002 [#1] SMP", "Oops [#1]".
  {
    kind: 'oops',
    first:
      /^Oops: (?:Kernel access of bad area|Exception in kernel mode|Bad kernel stack pointer|Machine check|Unrecoverable \w+|.*?), sig: \d+ \[#\d+\]/,
    title: 'Oops in {function}',
    blame: 'trace',
    continues: before,
  },
  {
    kind: 'oops',
    first: /^(?:Oops: )?Oops(?: -|:)?(?: ?\[#\d+\]|.{0,200} \[#\d+\]|: [0-9a-f]{4,8}\s*$|: .{1,100}, sig: \d+)/,
    title: 'Oops in {function}',
    blame: 'trace',
    continues: [...before, 'panic', 'warning'],
  },
  // arch/mips: die() as "Kernel bug detected[#1]:", "Unhandled kernel unaligned access[#1]:", "CPU 0 Unable to handle kernel paging request".
  {
    kind: 'oops',
    first: /^(?:CPU \d+ )?(?<what>Kernel bug detected|Unhandled kernel unaligned access|Reserved instruction in kernel code)\[#\d+\]/,
    title: '{what} in {function}',
    blame: 'trace',
    continues: before,
  },
  {
    kind: 'oops',
    first: new RegExp(String.raw`^Unexpected kernel (?<what>BRK|single-step) exception.*?(?: at ${symbol})?`),
    title: 'Unexpected kernel {what} exception in {function}',
    blame: 'trace',
  },
]
