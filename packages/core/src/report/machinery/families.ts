import { list } from './names.ts'
import type { MachineryFiles } from './files.ts'

/**
 * What no source file defines by that name: families that the compiler and macros make (`*` stands for any rest), and functions of kernels
 * before 5.10 by their exact names.
 */
export const families: MachineryFiles = {
  printing: list(`
    # The compiler's calls into sanitizers, and its thunks.
    __asan_* __hwasan_* __tsan_* __msan_* __ubsan_* __sanitizer_* asan.module_* __x86_indirect_thunk* srso_*thunk __cfi_check*
    # include/trace: events.
    trace_event_raw_event_* __traceiter_* __bpf_trace_* perf_trace_*
    # drivers/base/core.c: define_dev_printk_level().
    _dev_emerg _dev_alert _dev_crit _dev_err _dev_warn _dev_notice _dev_info
    # Rust: the panic handler.
    rust_begin_unwind rust_panic rust_helper_BUG
    # Kernels before 5.10: lib/dump_stack.c, arch/*/kernel/{dumpstack,traps,entry}, arch/*/mm/fault.c, mm/{kasan,kmsan,slub}, kernel/panic.c.
    __save_stack_trace print_context_stack print_context_stack_bp print_trace_stack show_stack_log_lvl warn_slowpath_common warn_slowpath_null
    warn_slowpath_fmt_taint kasan_object_err kasan_report_error kasan_report_double_free kasan_end_report kmsan_internal_unpoison_shadow
    kmsan_warning_32 kmsan_handle_work do_general_protection general_protection page_fault async_page_fault do_async_page_fault trace_page_fault
    no_context.part trace_do_page_fault do_invalid_op invalid_op error_exit do_divide_error divide_error do_double_fault double_fault int3 do_debug
    debug stack_segment do_stack_segment fixup_bug retint_kernel retint_user retint_careful el1_da el1_ia __panic panic_saved_regs
    arch_trigger_all_cpu_backtrace arch_trigger_all_cpu_backtrace_handler nmi_trigger_all_cpu_backtrace trigger_all_cpu_backtrace
    trigger_allbutself_cpu_backtrace trigger_single_cpu_backtrace show_state __show_regs do_nmi nmi_restore do_simd_coprocessor_error
    do_coprocessor_error coprocessor_error do_device_not_available device_not_available do_alignment_check alignment_check do_segment_not_present
    segment_not_present do_invalid_TSS invalid_TSS do_bounds refcount_error_report ex_handler_refcount report_usercopy list_add_valid fail_usercopy
    should_fail_request console_cont_flush emit_log_char rcu_lockdep_assert lockdep_rtnl_is_held netdev_printk __netdev_printk netdev_emerg
    netdev_alert netdev_crit netdev_err netdev_warn netdev_notice netdev_info dev_err dev_warn trace_hardirqs_on_thunk trace_hardirqs_off_thunk
    add_preempt_count sub_preempt_count kprobe_exceptions_notify
  `),
  checking: list(`
    # Macros of include/linux/atomic and arch/*/include/asm.
    atomic_* atomic64_* atomic_long_* arch_atomic* raw_atomic* __lse_* __ll_sc_* __cmpxchg* __xchg* __raw_callee_save_* __get_user_* __put_user_*
    __arch_copy_* queued_spin_* queued_read_* queued_write_* native_queued_* __pv_queued_* pv_queued_*
    # Kernels before 5.10, and inline functions of headers that decoders name.
    constant_test_bit variable_test_bit __read_once_size __read_once_size_nocheck __write_once_size refcount_sub_and_test_checked
    refcount_inc_checked refcount_inc_not_zero_checked refcount_add_checked refcount_add_not_zero_checked refcount_dec_and_test_checked
    refcount_dec_checked copyin copyout iterate_and_advance rwsem_down_read_failed rwsem_down_write_failed call_rwsem_down_read_failed
    call_rwsem_down_write_failed rwsem_down_failed_common __kmalloc_node_flags __vmalloc_node_flags __memzero call_rcu_sched call_rcu_bh
    synchronize_sched synchronize_rcu_bh print_bad_unlock_balance lockdep_trace_alloc __lockdep_trace_alloc trace_softirqs_on
    lockdep_rcu_dereference _spin_lock* _spin_unlock* _spin_trylock* _read_lock* _read_unlock* _write_lock* _write_unlock* ___preempt_schedule
    __rcu_process_callbacks invoke_rcu_callbacks rcu_check_callbacks __rcu_pending rcu_barrier_sched _rcu_barrier wait_rcu_gp kfree_call_rcu
    schedule_work wait_on_work flush_kthread_worker flush_delayed_work_sync cache_grow kzfree __krealloc slab_error store_stackinfo copy_from_iter
    memcpy_from_page memcpy_to_page __copy_from_user_ll* __copy_to_user_ll* copy_from_user_overflow _copy_in_user copy_page_rep flex_array_*
    idr_get_empty_slot idr_get_new idr_get_new_above ida_get_new ida_get_new_above ida_pre_get ida_remove ida_simple_get ida_simple_remove
    find_lock_page pagevec_lookup_entries device_create_vargs __percpu_counter_add depot_save_stack __spin_lock_debug __lock_text_start
    lg_local_lock lg_local_unlock lg_global_lock lg_global_unlock ticket_spin_lock __ticket_spin_lock lock_release_nested lock_release_non_nested
    check_usage lock_commit_crosslock crossrelease_hist_start lockdep_invariant_state rwsem_down_write_failed_killable __rwsem_do_wake
    call_rwsem_wake call_rwsem_downgrade_wake _synchronize_rcu_expedited synchronize_sched_expedited synchronize_rcu_bh_expedited
    rcu_eqs_enter_common rcu_eqs_exit_common rcu_preempt_qs rcu_note_voluntary_context_switch rcu_sched_qs rcu_bh_qs force_quiescent_state
    rcu_nocb_kthread __kfree_rcu _cleanup_srcu_struct local_bh_enable _local_bh_enable_ip wait_on_bit might_fault cond_resched
    __cond_resched_softirq memcg_kmem_get_cache buffered_rmqueue copy_user_generic copy_user_handle_tail __copy_user_zeroing_intel_nocache
    memcpy_fromiovec memcpy_toiovec memcpy_fromiovecend memcpy_toiovecend csum_partial_copy_from_user csum_partial_copy_fromiovecend
    skb_copy_to_iovec copy_to_iter copy_from_iter_nocache rw_copy_check_uvector _kstrtoull sha_transform chacha_block chacha20_block
    __bitmap_parselist bitmap_set jhash __jhash_nwords idr_alloc_cmn idr_alloc_ext idr_find_ext idr_find_slowpath idr_remove_ext idr_get_free_cmn
    __radix_tree_insert radix_tree_iter_tag_set rhashtable_*_fast __rhashtable_*_fast rhashtable_walk_start
  `),
  serving: list(`
    # Kernels before 5.10.
    del_timer_sync flush_work_sync rollback_registered rollback_registered_many free_hot_cold_page free_hot_cold_page_list free_pages_check
    warn_alloc_failed map_vm_area vmap_page_range_noflush __blocking_notifier_call_chain cascade __debugfs_create_file __raw_notifier_call_chain
    __atomic_notifier_call_chain __srcu_notifier_call_chain hrtimer_start ktime_get_real getnstimeofday getnstimeofday64 tasklet_schedule
    generic_smp_call_function_interrupt dma_alloc_coherent
  `),
  entry: list(`
    # Labels of assembly and stubs that macros make.
    asm_exc_* asm_sysvec_* sysvec_* entry_SYSCALL_64* entry_SYSENTER_* entry_INT80_* ret_from_fork* ret_fast_syscall el0_* el0t_* el1h_* el1t_*
    secondary_startup_64* system_call* syscall_exit* apic_timer_interrupt smp_apic_timer_interrupt ret_from_intr reschedule_interrupt
    call_function_interrupt call_function_single_interrupt __irq_svc __irq_usr __dabt_svc __dabt_usr __pabt_svc __und_svc __und_usr
    hardware_interrupt_common* decrementer_common* data_access_common* program_check_common* end_repeat_nmi nmi new_thread_handler
    exit_to_usermode_loop prepare_exit_to_usermode syscall_return_slowpath kthread do_el0_svc* return_from_SYSCALL_64 retint_swapgs tracesys
    tracesys_phase2 int_ret_from_sys_call int_with_check stub_clone stub_execve sysenter_dispatch ia32_sysenter_target cstar_dispatch
    syscall_trace_leave syscall_slow_exit_work syscall_trace_enter_phase2 do_notify_resume call_softirq smp_call_function_interrupt
    smp_call_function_single_interrupt smp_irq_work_interrupt irq_work_interrupt smp_reschedule_interrupt entering_irq exiting_irq cpu_idle_loop
    cpu_idle default_idle native_safe_halt handle_domain_irq gic_handle_irq child_rip kernel_thread_helper exit_task_work
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
