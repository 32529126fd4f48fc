import type { Format } from '../format.ts'

/** kernel/panic.c, mm/kmemleak.c, mm/oom_kill.c, mm/page_alloc.c and the ends of user-space programs. */
export const endFormats: readonly Format[] = [
  // init/main.c: the banner; a second one once there was a first process (the reader looks).
  { kind: 'unexpected-reboot', first: /^Linux version \S+ \(/, title: 'the kernel started again', blame: 'none', oneLine: true },
  // A panic with a cause of its own; the ones that only follow a report are rows of their own so that they blame nobody twice.
  {
    kind: 'panic',
    first:
      /Kernel panic - not syncing: (?:stack-protector: )?Kernel stack is corrupted in: (?:[0-9a-f]{8,16}|(?<function>[\w.]+)(?:\+0x|$))/,
    title: 'Kernel panic: stack is corrupted in {function}',
    skip: ['__stack_chk_fail*'],
  },
  {
    kind: 'panic',
    first: /Kernel panic - not syncing: corrupted stack end detected inside scheduler/,
    title: 'Kernel panic: corrupted stack end in {function}',
    blame: 'entry',
  },
  {
    kind: 'panic',
    first:
      /Kernel panic - not syncing: (?<what>Attempted to kill (?:init|the idle task)|panic_on_warn set|Fatal exception(?: in interrupt)?|Out of memory.*?(?=:|$)|hung_task: blocked tasks|softlockup: hung tasks|hard LOCKUP|RCU Stall|Oops|KASAN|UBSAN|VFS: Unable to mount root fs)/,
    title: 'Kernel panic: {what}',
    blame: 'trace',
  },
  {
    kind: 'panic',
    first: /Kernel panic - not syncing: (?<what>(?:(?! - | -- |: 0x| [0-9a-fx]*\d)[^\n]){1,100})/,
    title: 'Kernel panic: {what}',
    blame: 'trace',
  },
  { kind: 'panic', first: /Kernel panic - not syncing/, title: 'Kernel panic', blame: 'trace' },
  // drivers/trusty: the secure world's own halt.
  { kind: 'other', first: /^trusty: .*(?:ASSERT FAILED|panic \(caller)/, title: 'trusty: ASSERT FAILED', blame: 'none' },
  // mm/kmemleak.c: print_unreferenced().
  { kind: 'leak', first: /BUG: memory leak/, title: 'memory leak in {function}', blame: 'trace', skip: leakMachinery() },
  {
    kind: 'leak',
    first: /^(?:kmemleak: )?unreferenced object 0x[0-9a-f]+ \(size \d+\)/,
    title: 'memory leak in {function}',
    blame: 'trace',
    continues: ['leak'],
    skip: leakMachinery(),
  },
  { kind: 'leak', first: /^kmemleak: \d+ new suspected memory leaks/, title: 'memory leak', blame: 'none', oneLine: true },
  { kind: 'oom', first: /^(?<process>.*) invoked oom-killer: gfp_mask/, title: 'out of memory', blame: 'none' },
  {
    kind: 'page-allocation-failure',
    first: /^(?<process>.*): page allocation (?:failure|stalls)[:. ]/,
    title: 'page allocation failure in {function}',
    blame: 'trace',
    skip: ['warn_alloc*', '__alloc_*', 'alloc_*', '__get_free_pages', '__vmalloc*'],
  },
  {
    kind: 'page-allocation-failure',
    first: /^(?<process>.*): vmalloc (?:error|size)|^(?<name>.*): vmalloc: allocation failure/,
    title: 'page allocation failure in {function}',
    blame: 'trace',
    skip: ['warn_alloc*', '__vmalloc*', 'vmalloc*', 'kvmalloc*'],
  },
  // kernel/signal.c and arch: print_fatal_signal(), show_signal_msg().
  {
    kind: 'userspace-crash',
    first: /^(?<process>.{1,20})\[\d+\]: (?:segfault|unhandled signal|bad frame|unhandled (?:[\w ()-]{1,60} )?(?:fault|exception|abort)\b)/,
    title: 'user-space crash of {process}',
    blame: 'none',
    oneLine: true,
  },
  {
    kind: 'userspace-crash',
    first: /^traps: (?<process>.{1,20})\[\d+\] (?:trap |general protection|[a-z ]+ ip:)/,
    title: 'user-space crash of {process}',
    blame: 'none',
    oneLine: true,
  },
  {
    kind: 'userspace-crash',
    first: /^(?:potentially unexpected fatal signal|User process fault: interruption code)/,
    title: 'user-space crash',
    blame: 'none',
    oneLine: true,
  },
]

/** Allocators that are called for many owners: the one to blame is who called them. */
function leakMachinery(): readonly string[] {
  return [
    'create_object*',
    'kmemleak_*',
    '__alloc_skb',
    'alloc_skb*',
    'dev_alloc_skb',
    '__netdev_alloc_skb*',
    'sk_alloc',
    'sk_prot_alloc',
    '__build_skb*',
    'build_skb*',
    'kstrdup*',
    'kmemdup*',
    'kvasprintf*',
    'kasprintf',
    'kzalloc*',
    'kcalloc*',
    'usb_alloc_urb',
    'bpf_map_area_alloc',
    'bpf_map_kmalloc*',
    '__bpf_map_area_alloc',
    'alloc_netdev_mqs',
    'kobject_set_name*',
    'dev_set_name',
    'pcpu_*',
    '__alloc_percpu*',
    '__vmalloc*',
    'vmalloc*',
    'vzalloc*',
    'alloc_pages*',
    '__alloc_pages*',
    'mempool_*',
    'idr_*',
    'radix_tree_*',
    'xas_*',
    'alloc_workqueue*',
    '*_map_alloc',
  ]
}
