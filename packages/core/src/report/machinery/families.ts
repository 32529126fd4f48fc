import { list } from './names.ts'
import type { MachineryFiles } from './files.ts'

/**
 * What no source file defines by that name: families that the compiler and macros make (`*` stands for any rest), and functions of kernels
 * that no tree here has by their exact names: of before 4.4, or of between the trees.
 */
export const families: MachineryFiles = {
  printing: list(`
    # The compiler's calls into sanitizers, and its thunks.
    __asan_* __hwasan_* __tsan_* __msan_* __ubsan_* __sanitizer_* asan.module_* __x86_indirect_thunk* srso_*thunk __cfi_check*
    # include/trace: events.
    trace_event_raw_event_* __traceiter_* __bpf_trace_* perf_trace_*
    # Rust: the panic handler.
    rust_begin_unwind rust_panic rust_helper_BUG
    # Kernels of no tree here: lib/dump_stack.c, arch/*/kernel/{dumpstack,traps,entry}, arch/*/mm/fault.c, mm/{kasan,kmsan,slub}, kernel/panic.c.
    kasan_object_err kmsan_internal_unpoison_shadow kmsan_warning_32 kmsan_handle_work do_async_page_fault no_context.part double_fault
    retint_careful __panic panic_saved_regs trigger_all_cpu_backtrace trigger_allbutself_cpu_backtrace trigger_single_cpu_backtrace show_state
    list_add_valid fail_usercopy should_fail_request emit_log_char rcu_lockdep_assert lockdep_rtnl_is_held netdev_printk __netdev_printk
    netdev_emerg netdev_alert netdev_crit netdev_err netdev_warn netdev_notice netdev_info dev_err dev_warn trace_hardirqs_on_thunk
    trace_hardirqs_off_thunk add_preempt_count sub_preempt_count
  `),
  checking: list(`
    # Macros of include/linux/atomic and arch/*/include/asm.
    atomic_* atomic64_* atomic_long_* arch_atomic* raw_atomic* __lse_* __ll_sc_* __cmpxchg* __xchg* __raw_callee_save_* __get_user_* __put_user_*
    __arch_copy_* queued_spin_* queued_read_* queued_write_* native_queued_* __pv_queued_* pv_queued_*
    # Kernels of no tree here, and inline functions of headers that decoders name.
    constant_test_bit variable_test_bit copyin copyout iterate_and_advance rwsem_down_failed_common __kmalloc_node_flags print_bad_unlock_balance
    lockdep_rcu_dereference _spin_lock* _spin_unlock* _spin_trylock* _read_lock* _read_unlock* _write_lock* _write_unlock* wait_rcu_gp
    wait_on_work flush_delayed_work_sync slab_error __copy_from_user_ll* __copy_to_user_ll* _copy_in_user copy_page_rep flex_array_* idr_get_new
    idr_get_new_above pagevec_lookup_entries __lock_text_start ticket_spin_lock __ticket_spin_lock lock_release_nested lock_release_non_nested
    lock_commit_crosslock crossrelease_hist_start lockdep_invariant_state rcu_note_voluntary_context_switch __kfree_rcu local_bh_enable
    _local_bh_enable_ip might_fault cond_resched memcg_kmem_get_cache copy_user_generic memcpy_fromiovec memcpy_toiovec memcpy_fromiovecend
    memcpy_toiovecend csum_partial_copy_from_user csum_partial_copy_fromiovecend skb_copy_to_iovec rw_copy_check_uvector jhash __jhash_nwords
    rhashtable_*_fast __rhashtable_*_fast
  `),
  serving: list(`
    # Kernels of no tree here.
    flush_work_sync __debugfs_create_file ktime_get_real getnstimeofday tasklet_schedule generic_smp_call_function_interrupt dma_alloc_coherent
  `),
  entry: list(`
    # Labels of assembly and stubs that macros make.
    asm_exc_* asm_sysvec_* sysvec_* entry_SYSCALL_64* entry_SYSENTER_* entry_INT80_* ret_from_fork* el0_* el0t_* el1h_* el1t_*
    secondary_startup_64* system_call* syscall_exit* apic_timer_interrupt reschedule_interrupt call_function_interrupt
    call_function_single_interrupt hardware_interrupt_common* decrementer_common* data_access_common* program_check_common* new_thread_handler
    kthread do_el0_svc* return_from_SYSCALL_64 retint_swapgs tracesys int_with_check stub_clone sysenter_dispatch ia32_sysenter_target
    cstar_dispatch syscall_trace_leave do_notify_resume call_softirq smp_call_function_interrupt smp_call_function_single_interrupt
    irq_work_interrupt entering_irq exiting_irq cpu_idle native_safe_halt handle_domain_irq gic_handle_irq child_rip kernel_thread_helper
    exit_task_work
  `),
}

/** Where every task, worker and system call begins. */
export const outerFunctions: readonly string[] = list(`
  ret_from_fork* kthread worker_thread process_one_work process_scheduled_works entry_* do_syscall_* do_fast_syscall_*
  __do_fast_syscall_* do_int80_* do_SYSENTER_32 x64_sys_call ia32_sys_call invoke_syscall* el0_* el0t_* do_el0_svc* ret_fast_syscall
  ret_to_user* secondary_startup* start_secondary start_kernel rest_init cpu_startup_entry do_idle system_call* syscall_exit_*
  __do_syscall handle_syscall
  # Where built-in code and modules begin.
  do_one_initcall do_init_module load_module init_module_from_file do_initcalls kernel_init kernel_init_freeable
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
