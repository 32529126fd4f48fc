import { list } from './names.ts'
import type { MachineryFiles } from './files.ts'

/**
 * What no source file defines by that name: families that the compiler and macros make (`*` stands for any rest), and functions of kernels
 * before 5.10 by their exact names.
 */
export const families: MachineryFiles = {
  printing: list(`
    # The compiler's calls into sanitizers, and its thunks.
    __asan_* __hwasan_* __tsan_* __msan_* __ubsan_* __sanitizer_* asan.module_* __x86_indirect_thunk* __x86_return_thunk srso_*thunk
    retbleed_return_thunk __stack_chk_fail __cfi_check*
    # include/trace: events.
    trace_event_raw_event_* __traceiter_* __bpf_trace_* perf_trace_*
    # drivers/base/core.c: define_dev_printk_level().
    _dev_emerg _dev_alert _dev_crit _dev_err _dev_warn _dev_notice _dev_info
    # Rust: the panic handler.
    rust_begin_unwind rust_panic rust_helper_BUG
    # Kernels before 5.10: lib/dump_stack.c, arch/*/kernel/{dumpstack,traps,entry}, arch/*/mm/fault.c, mm/{kasan,kmsan,slub}, kernel/panic.c.
    save_stack save_stack_trace __save_stack_trace save_trace print_context_stack print_context_stack_bp print_trace_stack print_stack_trace
    show_trace_log_lvl show_stack_log_lvl show_trace dump_trace unwind_backtrace walk_stackframe dump_backtrace show_stack
    warn_slowpath_common warn_slowpath_fmt warn_slowpath_null warn_slowpath_fmt_taint __warn
    kasan_object_err kasan_report_error kasan_report_double_free kasan_unpoison_shadow kasan_poison_shadow kasan_kmalloc kasan_kmalloc_large
    kasan_slab_alloc kasan_slab_free kasan_check_read kasan_check_write kasan_krealloc kasan_kfree_large kasan_report_invalid_free
    check_memory_region check_memory_region_inline memory_is_poisoned print_address_description __kasan_report kasan_end_report
    kmsan_report kmsan_internal_check_memory kmsan_check_memory kmsan_internal_unpoison_shadow kmsan_warning_32 kmsan_handle_work
    do_general_protection general_protection page_fault async_page_fault do_async_page_fault trace_page_fault no_context no_context.part
    __do_page_fault do_page_fault trace_do_page_fault do_invalid_op invalid_op do_error_trap do_trap do_trap_no_signal error_entry error_exit
    do_divide_error divide_error do_double_fault double_fault do_int3 int3 do_debug debug stack_segment do_stack_segment fixup_bug
    retint_kernel retint_user retint_careful do_undefinstr do_DataAbort do_PrefetchAbort el1_da el1_ia el1_sync el1_dbg el1_undef do_sea
    __panic panic_saved_regs call_break_hook brk_handler bug_handler die bad_area bad_area_nosemaphore __bad_area __bad_area_nosemaphore bad_area_access_error
  `),
  checking: list(`
    # Macros of include/linux/atomic and arch/*/include/asm.
    atomic_* atomic64_* atomic_long_* arch_atomic* raw_atomic* __lse_* __ll_sc_* __cmpxchg* __xchg* __raw_callee_save_*
    __get_user_* __put_user_* __arch_copy_* queued_spin_* queued_read_* queued_write_* native_queued_* __pv_queued_* pv_queued_*
    # Kernels before 5.10, and inline functions of headers that decoders name.
    test_bit constant_test_bit variable_test_bit __read_once_size __read_once_size_nocheck __write_once_size read_word_at_a_time
    __list_add __list_del __list_del_entry list_add list_add_tail list_del list_del_init hlist_del hlist_del_rcu hlist_add_head
    refcount_sub_and_test refcount_sub_and_test_checked refcount_inc refcount_inc_checked refcount_inc_not_zero_checked
    refcount_add_checked refcount_add_not_zero_checked refcount_dec_and_test_checked refcount_dec_checked refcount_inc_not_zero refcount_add refcount_dec_and_test refcount_dec kref_get kref_put
    copy_user_generic_unrolled copy_user_enhanced_fast_string copyin copyout copy_to_user copy_from_user _copy_to_user _copy_from_user
    __copy_user_nocache iterate_and_advance copy_page_to_iter copy_page_from_iter
    rwsem_down_read_failed rwsem_down_write_failed call_rwsem_down_read_failed call_rwsem_down_write_failed rwsem_down_failed_common
    mutex_lock_killable_nested mutex_lock_nested __mutex_lock_common __mutex_lock_slowpath
    kmalloc kzalloc kcalloc kmalloc_array kmem_cache_zalloc kmalloc_slab kmalloc_order kmalloc_order_trace memdup_user vmemdup_user
    __kmalloc_node_flags __vmalloc_node_flags __vmalloc_node_range __vmalloc_area_node kvmalloc_node slab_pre_alloc_hook slab_alloc_node
    __alloc_pages_nodemask __alloc_pages_slowpath alloc_pages_current
    _cond_resched finish_task_switch context_switch wait_for_common __wait_for_common do_wait_for_common
    __memzero csum_partial_copy_nocheck csum_partial_copy_generic call_rcu_sched call_rcu_bh __call_rcu synchronize_sched synchronize_rcu_bh
    lockdep_rcu_suspicious print_bad_unlock_balance lockdep_trace_alloc __lockdep_trace_alloc trace_softirqs_on lockdep_rcu_dereference
    _spin_lock* _spin_unlock* _spin_trylock* _read_lock* _read_unlock* _write_lock* _write_unlock* ___preempt_schedule
    rcu_process_callbacks __rcu_process_callbacks invoke_rcu_callbacks rcu_check_callbacks __rcu_pending rcu_barrier_sched _rcu_barrier wait_rcu_gp
    kfree_call_rcu schedule_work wait_on_work flush_kthread_worker flush_delayed_work_sync cache_grow kzfree __krealloc slab_error store_stackinfo
    copy_from_iter memcpy_from_page memcpy_to_page __copy_from_user_ll* __copy_to_user_ll* copy_from_user_overflow _copy_in_user copy_page_rep
    flex_array_* idr_get_empty_slot idr_get_new idr_get_new_above ida_get_new ida_get_new_above ida_pre_get ida_remove ida_simple_get ida_simple_remove
    find_lock_page pagevec_lookup_entries device_create_vargs __percpu_counter_add depot_save_stack
  `),
  serving: list(`
    # Kernels before 5.10.
    del_timer del_timer_sync try_to_del_timer_sync init_timer_key __flush_work flush_work flush_work_sync cancel_work_sync rollback_registered rollback_registered_many
    unregister_netdevice_queue unregister_netdevice_many free_hot_cold_page free_hot_cold_page_list free_pages_check warn_alloc_failed map_vm_area
    vmap_page_range_noflush __blocking_notifier_call_chain cascade __debugfs_create_file
  `),
  entry: list(`
    # Labels of assembly and stubs that macros make.
    asm_exc_* asm_sysvec_* asm_common_interrupt sysvec_* entry_SYSCALL_64* entry_SYSENTER_* entry_INT80_* do_syscall_64 do_syscall_32_irqs_on
    do_fast_syscall_32 do_int80_syscall_32 __do_fast_syscall_32 ret_from_fork* ret_fast_syscall ret_to_user el0_* el0t_* el1h_* el1t_*
    invoke_syscall secondary_startup_64* system_call* syscall_exit* common_interrupt apic_timer_interrupt smp_apic_timer_interrupt
    ret_from_intr reschedule_interrupt call_function_interrupt call_function_single_interrupt do_IRQ handle_exception ret_from_exception
    __irq_svc __irq_usr __dabt_svc __dabt_usr __pabt_svc __und_svc __und_usr hardware_interrupt_common* decrementer_common*
    data_access_common* program_check_common* ext_int_handler io_int_handler end_repeat_nmi nmi kernel_init new_thread_handler
    handle_syscall exit_to_usermode_loop prepare_exit_to_usermode syscall_return_slowpath kthread worker_thread process_one_work rest_init do_el0_svc*
  `),
}

/** Where every task, worker and system call begins. */
export const outerFunctions: readonly string[] = list(`
  ret_from_fork* kthread worker_thread process_one_work process_scheduled_works entry_* do_syscall_* do_fast_syscall_*
  __do_fast_syscall_* do_int80_* do_SYSENTER_32 x64_sys_call ia32_sys_call invoke_syscall* el0_* el0t_* do_el0_svc* ret_fast_syscall
  ret_to_user* secondary_startup* start_secondary start_kernel rest_init cpu_startup_entry do_idle system_call* syscall_exit_*
  __do_syscall handle_syscall
  # The layers between a system call and the subsystem that it reaches.
  __x64_sys_* __ia32_sys_* __arm64_sys_* __riscv_sys_* __se_sys_* __do_sys_* __sys_* ___sys_* ____sys_* ksys_* SyS_* SYSC_* sys_*
  do_sys_* vfs_* do_iter_* do_writev do_readv new_sync_* __vfs_* sock_sendmsg* __sock_* sock_write_iter sock_read_iter sock_common_*
  sock_do_ioctl sock_ioctl netlink_* rtnetlink_rcv* genl_*
`)

/** Where an interrupt came in: what is above it is the interrupt's own work. */
export const interruptFunctions: readonly string[] = list(`
  asm_sysvec_* asm_common_interrupt common_interrupt ret_from_intr apic_timer_interrupt reschedule_interrupt call_function_*interrupt
  el1_irq el1h_64_irq el1_interrupt __irq_svc __irq_usr handle_exception ret_from_exception handle_arch_irq hardware_interrupt_common*
  decrementer_common* ext_int_handler io_int_handler nmi end_repeat_nmi asm_exc_nmi
`)
