import { list } from './list.ts'

/** Functions that allocate, free, copy or compare memory for their callers. `*` stands for any rest. */
export const memoryFunctions: readonly string[] = list(`
  # mm/{slab_common,slub,slab,slob}.c, mm/util.c, include/linux/slab.h.
  kmalloc* __kmalloc* ___kmalloc* __do_kmalloc* kzalloc* kcalloc* kvmalloc* __kvmalloc* kvzalloc* kmem_cache_* __kmem_cache_* slab_*
  __slab_* ___slab_* kfree* __kfree* kvfree* kzfree* kfree_const free_large_kmalloc free_unref_* ksize __ksize krealloc* __krealloc*
  cache_alloc* ____cache_* __cache_* __do_cache_alloc cache_free* cache_flusharray free_block do_slab_free memcg_*slab* set_freepointer
  get_freepointer* freelist_* new_slab* allocate_slab* alloc_slab_page* init_object fixup_objects* object_err check_object
  check_bytes_and_report check_slab alloc_debug_processing free_debug_processing* print_trailer virt_to_cache virt_to_head_page
  virt_to_slab cache_from_obj rcu_free_slab __free_slab discard_slab put_cpu_partial* unfreeze_partials* qlink_* quarantine_*
  maybe_init_on* memdup_user* kmemdup* kstrdup* kstrndup vmemdup_user _kzalloc_* _kmalloc_* rust_krealloc*
  # mm/{page_alloc,vmalloc,percpu,kmemleak,mempool}.c.
  __alloc_pages* alloc_pages* __alloc_frozen_* alloc_page* __get_free_page* get_zeroed_page* get_page_from_freelist prep_new_page
  rmqueue* __rmqueue* free_pages* __free_pages* free_unref_page* __free_frozen* kernel_init_pages clear_page* clear_highpage*
  prep_compound* post_alloc_hook vmalloc* __vmalloc* vzalloc* vfree* __vfree* __vunmap vunmap* remove_vm_area find_vm_area
  alloc_percpu* __alloc_percpu* pcpu_* free_percpu create_object* kmemleak_* __create_object delete_object_* paint_ptr mempool_*
  warn_alloc* should_fail* __should_fail* fail_dump*
  # lib/string.c, arch/*/lib: memory and strings.
  memcpy* __memcpy* memset* __memset* memmove* __memmove* memcmp* __memcmp bcmp memchr* memscan memzero* __memzero* mem_cpy* __pi_mem* __pi_str*
  strlen* strnlen* __strnlen __strlen strcmp* strncmp* strcpy* strncpy* strscpy* sized_strscpy* strlcpy* __strlcpy strcat* strncat*
  strlcat* __strlcat strchr* strrchr* strstr* strnstr strcasecmp* strncasecmp* strsep crc* __crc* __raw_read* __raw_write* readb readw
  readl readq writeb writew writel writeq logic_in* logic_out* inb* inw* inl* outb* outw* outl* ioread* iowrite* le_*_bits
  get_unaligned* put_unaligned* __get_unaligned* __put_unaligned* __swab* __fswab*
  # lib/usercopy.c, arch/*/lib/*user*: user memory.
  *copy_from_user* *copy_to_user* _copy_from_user* _copy_to_user* __copy_from_user* __copy_to_user* _inline_copy_* copy_user_*
  __copy_user* __arch_copy_* __arch_clear_user raw_copy_* rep_movs* copy_mc_* clear_user* __clear_user* strncpy_from_user*
  do_strncpy_from_user strnlen_user* _copy_from_iter* copy_from_iter _copy_to_iter copy_to_iter __get_user* __put_user* csum_partial* do_csum csum_and_copy* copyin* copyout*
  # lib/vsprintf.c.
  string string_nocheck vsnprintf vscnprintf snprintf sprintf vsprintf scnprintf pointer number format_decode kvasprintf* devm_k* jhash* __siphash* sock_kmalloc kasprintf
`)
