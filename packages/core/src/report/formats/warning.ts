import { symbol, type Format } from '../format.ts'

/**
 * `WARNING: CPU: 0 PID: 1 at F:L func+…` up to 6.18, from 6.19 `WARNING: F:L at func+…, CPU#0: comm/1` (kernel/panic.c: __warn()), with the
 * condition in brackets before the file where CONFIG_DEBUG_BUGVERBOSE_DETAILED keeps it.
 */
function warning(source: string, rest = ''): RegExp {
  const at = symbol.replace('?<source>', '').replace('?<line>', '')
  return new RegExp(
    String.raw`WARNING: (?:CPU: \d+ PID: \d+ at |\[.{1,400}?\] )?(?<source>${source}):(?<line>\d+)(?: (?:at )?${rest}${at})?(?:, CPU#\d+: (?<process>.{0,100})\/\d+)?`,
  )
}

/** WARN() and what prints a line in front of it. */
export const warningFormats: readonly Format[] = [
  // lib/refcount.c: refcount_warn_saturate().
  {
    kind: 'refcount',
    first: /^refcount_t: (?<what>.*)/,
    title: 'WARNING: refcount bug in {function}',
    continues: ['refcount', 'warning'],
    blame: 'trace',
    skip: ['kobject_*', 'get_device', 'put_device', 'klist_*', 'device_add', 'device_del', 'device_register'],
  },
  {
    kind: 'refcount',
    first: warning(String.raw`(?:\./)?(?:lib/refcount\.c|include/linux/refcount\.h)`),
    title: 'WARNING: refcount bug in {function}',
    continues: ['refcount'],
    skip: ['kobject_*', 'get_device', 'put_device', 'klist_*', 'device_add', 'device_del', 'device_register'],
  },
  // lib/list_debug.c: CHECK_DATA_CORRUPTION() prints first and then warns or dies; lib/plist.c and mm/slub.c alike.
  {
    kind: 'list-corruption',
    first: /^(?:list_(?:add|del)(?:_rcu)? (?:corruption|double add)|slab: .*corrupt)/,
    title: 'BUG: corrupted list in {function}',
    continues: ['warning', 'list-corruption'],
    blame: 'trace',
  },
  {
    kind: 'list-corruption',
    first: warning(String.raw`lib/list_debug\.c`),
    title: 'BUG: corrupted list in {function}',
    continues: ['list-corruption'],
  },
  // lib/debugobjects.c: debug_print_object().
  {
    kind: 'warning',
    first: /^ODEBUG: [a-z_]+ [a-z ]+ \(active state \d+\)/,
    title: 'WARNING: ODEBUG bug in {function}',
    continues: ['warning'],
    blame: 'trace',
  },
  { kind: 'warning', first: warning(String.raw`lib/debugobjects\.c`), title: 'WARNING: ODEBUG bug in {function}', continues: ['warning'] },
  // lib/kobject.c.
  { kind: 'warning', first: warning(String.raw`lib/kobject\.c`), title: 'WARNING: kobject bug in {function}', skip: ['kobject_*'] },
  // mm: absurd sizes asked for.
  {
    kind: 'warning',
    first: warning(
      String.raw`mm/(?:slab_common|page_alloc|util)\.c`,
      '(?=(?:kmalloc_slab|kvmalloc_node|__kvmalloc_node|__alloc_pages|__alloc_frozen))',
    ),
    title: 'WARNING: kmalloc bug in {function}',
    skip: [
      'kvmalloc*',
      '__kvmalloc*',
      'vmalloc*',
      '__vmalloc*',
      'kmalloc_slab',
      'kmalloc_large*',
      '__do_kmalloc*',
      'kmalloc_order*',
      '___kmalloc_large_node*',
      '__alloc_pages*',
      '__alloc_frozen*',
      'alloc_pages*',
      'memdup_user*',
      'vmemdup_user*',
      'kmemdup*',
      'kcalloc',
      'krealloc*',
      '__krealloc*',
      'kmalloc_array*',
    ],
  },
  // kernel/panic.c, lib/bug.c: any other WARN().
  {
    kind: 'warning',
    first: warning(String.raw`[^\s:]+\.\w+`),
    title: 'WARNING in {function}',
    continues: ['other', 'bug', 'list-corruption', 'refcount'],
  },
  {
    kind: 'warning',
    first: /^WARNING: at (?<source>[^\s:]+\.\w+):(?<line>\d+)(?: (?<function>[A-Za-z_][\w.]*)\+0x)?/,
    title: 'WARNING in {function}',
  },
  // Without CONFIG_DEBUG_BUGVERBOSE.
  { kind: 'warning', first: /^WARNING: CPU: \d+ PID: \d+ at (?<function>[A-Za-z_][\w.]*)\+0x/, title: 'WARNING in {function}' },
  {
    kind: 'warning',
    first: /^WARNING: at (?<function>[A-Za-z_][\w.]*)\+0x\S+(?: \[\w+\])?, CPU#\d+: (?<process>.{0,100})\/\d+/,
    title: 'WARNING in {function}',
  },
  {
    kind: 'warning',
    first: /^WARNING: (?:CPU: \d+ PID: \d+ )?at (?:0x)?[0-9a-f]{8,16}\b/,
    title: 'WARNING in {function}',
    blame: 'trace',
  },
  // kernel/irq/spurious.c: __report_bad_irq(); the line is disabled, the device is dead.
  {
    kind: 'warning',
    first: /^irq (?:event )?\d+: (?<what>nobody cared|bogus return value)/,
    title: 'irq: {what} in {function}',
    blame: 'handler',
  },
  // kernel/sched/idle.c: dequeue_task_idle().
  {
    kind: 'warning',
    first: /^bad: scheduling from the idle thread!/,
    title: 'scheduling from the idle thread in {function}',
    blame: 'trace',
  },
  // fs/sysfs/dir.c: sysfs_warn_dup().
  {
    kind: 'warning',
    first: /^(?:sysfs: )?cannot create duplicate filename '/,
    title: 'sysfs: duplicate filename in {function}',
    blame: 'trace',
    continues: ['warning'],
    needsTrace: true,
  },
  // arch/x86/mm/extable.c: ex_handler_msr().
  {
    kind: 'warning',
    first: /^unchecked MSR access error: .{1,100} at rIP: 0x[0-9a-f]+ \((?<function>[A-Za-z_][\w.]*)\+0x/,
    title: 'unchecked MSR access in {function}',
  },
  // arch/x86/kernel/unwind_frame.c.
  {
    kind: 'warning',
    first: /^WARNING: kernel stack (?<what>regs|frame pointer) .*has bad (?:'\w+' )?value/,
    title: 'WARNING: kernel stack {what} has bad value',
    blame: 'none',
  },
  {
    kind: 'warning',
    first: /^WARNING: (?<what>can't dereference|unrecognized unwind|stack going in the wrong direction)/,
    title: 'WARNING: {what}',
    blame: 'none',
  },
  // mm/vmalloc.c and others: pr_warn with a trace behind it.
  { kind: 'warning', first: /^WARNING: (?<what>[^:,/]{3,60})/, title: 'WARNING: {what}', blame: 'trace', needsTrace: true },
]
