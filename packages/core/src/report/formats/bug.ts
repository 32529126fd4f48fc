import type { Format } from '../format.ts'

const dying = ['null-deref', 'oops', 'gpf', 'bug', 'list-corruption', 'stack-overflow', 'other', 'divide-error', 'kasan'] as const

/** Exceptions by name; before the lines that say no more than Oops. */
export const dieFormats: readonly Format[] = [
  // What a die() handler prints after the lines above.
  {
    kind: 'invalid-opcode',
    first: /^(?:Oops: )?invalid opcode: [0-9a-f]+ \[#\d+\]/,
    title: 'invalid opcode in {function}',
    blame: 'trace',
    continues: dying,
  },
  {
    kind: 'divide-error',
    first: /^(?:Oops: )?divide[ _]error: [0-9a-f]+ \[#\d+\]/,
    title: 'divide error in {function}',
    blame: 'trace',
    continues: ['ubsan'],
  },
  {
    kind: 'divide-error',
    first: /^Division by zero in kernel\./,
    title: 'divide error in {function}',
    blame: 'trace',
    endsAfterTrace: true,
    skip: ['__div0', 'Ldiv0*'],
  },
]

/** BUG(), and the `BUG:` lines of subsystems. */
export const bugFormats: readonly Format[] = [
  // mm/usercopy.c: usercopy_abort(), before the BUG().
  {
    kind: 'bug',
    first: /^usercopy: (?:Kernel memory|kernel memory) (?:exposure|overwrite) attempt detected/,
    title: 'BUG: bad usercopy in {function}',
    blame: 'trace',
  },
  // lib/string_helpers.c: fortify_panic().
  {
    kind: 'bug',
    first: /^(?:detected buffer overflow in|\w+: detected buffer (?:overflow|\w*overread))/,
    title: 'BUG: buffer overflow in {function}',
    continues: ['warning'],
    blame: 'trace',
  },
  // rust/kernel/print.rs and lib.rs: the panic handler, then BUG().
  { kind: 'bug', first: /^rust_kernel: panicked at (?<source>[^\s:]+):(?<line>\d+)/, title: 'Rust panic in {function}', blame: 'trace' },
  {
    kind: 'bug',
    first: /[kK]ernel BUG at (?:(?<source>[^\s:]+\.\w+):(?<line>\d+)!|\[verbose|(?<function>[A-Za-z_][\w.]*)\+0x)/,
    title: 'kernel BUG in {function}',
    blame: 'trace',
    continues: ['list-corruption', 'bug', 'other', 'refcount'],
  },
  // include/asm-generic/bug.h: architectures without a trap of their own, User Mode Linux among them.
  {
    kind: 'bug',
    first: /^BUG: failure at (?<source>[^\s:]+\.\w+):(?<line>\d+)\/(?<function>[A-Za-z_]\w*)\(\)!/,
    title: 'kernel BUG in {function}',
  },
  // arch/x86/kernel/traps.c: handle_cfi_failure(), handle_bug(); arch/x86/kernel/cet.c.
  { kind: 'bug', first: /^CFI failure at (?<function>[\w.]+)\+0x/, title: 'CFI failure in {function}' },
  { kind: 'bug', first: /^Missing ENDBR: (?<function>[\w.]+)\+0x/, title: 'Missing ENDBR in {function}' },
  // mm: bad_page(), print_bad_pte().
  {
    kind: 'bug',
    first: /^BUG: Bad page (?<what>state|map|cache) in process (?<process>.*?)  ?(?:pfn|pte)/,
    title: 'BUG: Bad page {what} in {function}',
    blame: 'trace',
    skip: [
      'bad_page*',
      'free_page_is_bad*',
      'free_unref_*',
      '__free_*',
      'free_*page*',
      'print_bad_pte',
      'put_page*',
      '__put_page*',
      '__folio_put*',
      'release_pages',
      'get_page_from_freelist',
      'prep_new_page',
      'check_new_page*',
      'rmqueue*',
      '__alloc_pages*',
      'page_pool_*',
      'page_frag_*',
      'vm_normal_page',
      'zap_*',
      'unmap_*',
      'skb_*',
      '__skb_*',
      'kfree_skb*',
      'consume_skb',
    ],
  },
  {
    kind: 'bug',
    first: /^BUG: non-zero pgtables_bytes on freeing mm|^BUG: Bad rss-counter state mm/,
    title: 'BUG: mm accounting is wrong when a process ends',
    blame: 'none',
    oneLine: true,
  },
  // fs/dcache.c: umount_check(); fs/super.c: generic_shutdown_super().
  {
    kind: 'bug',
    first: /^BUG: Dentry .{0,400}still in use .{0,100}\[unmount of (?<what>\S+)/,
    title: 'BUG: Dentry still in use in unmount of {what}',
    blame: 'none',
  },
  { kind: 'bug', first: /^VFS: Busy inodes after unmount of/, title: 'VFS: Busy inodes after unmount', blame: 'none' },
  // mm/slub.c: slab_bug(): "BUG kmalloc-8 (Tainted: G B): Object already free".
  {
    kind: 'bug',
    first: /^BUG \S+ \(.*\): (?<what>[A-Z][\w '-]+)/,
    title: 'BUG: slab: {what} in {function}',
    blame: 'trace',
    skip: [
      'object_err',
      'slab_err',
      'free_consistency_checks',
      'alloc_debug_processing',
      'free_debug_processing',
      'check_*',
      'print_trailer*',
      'slab_bug',
      '__slab_free',
    ],
  },
  {
    kind: 'bug',
    first: /^INFO: (?<what>Allocated|Freed) in (?<function>[\w.]+)\+0x/,
    title: 'BUG: slab: {what} in {function}',
    detail: true,
  },
  {
    kind: 'bug',
    first: /^(?:Slab corruption|slab error in (?<what>\w+)\(\))/,
    title: 'BUG: slab corruption in {function}',
    blame: 'trace',
  },
  // net/core/dev.c: netdev_wait_allrefs_any(); said every ten seconds until the last reference is dropped.
  {
    kind: 'other',
    first: /^unregister_netdevice: waiting for \S+ to become free/,
    title: 'unregister_netdevice: waiting for a device to become free',
    blame: 'none',
  },
  {
    kind: 'bug',
    first: /^BUG: (?<what>unable to lock|soft-?irq|held lock|stack trace|sleeping|atomic|bad|recent|corrupt|rcu|Invalid)[^:]*/,
    title: 'BUG: {what}',
    blame: 'trace',
  },
  { kind: 'other', first: /^BUG: (?<what>(?!\w+: \d)[^0-9]{3,80}?)(?=[:,]? ?(?:0x)?[0-9]|[:,] |$)/, title: 'BUG: {what}', blame: 'trace' },
  { kind: 'other', first: /^BUG: /, title: 'BUG', blame: 'trace' },
]
