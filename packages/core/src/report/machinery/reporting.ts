import { list } from './list.ts'

/** Functions that print or lead to a report, by the file that holds them. `*` stands for any rest. */
export const reportingFunctions: readonly string[] = list(`
  # lib/dump_stack.c, lib/nmi_backtrace.c, arch/*/kernel/{dumpstack,stacktrace,traps}.c: printing a trace.
  __dump_stack dump_stack* show_stack* dump_backtrace* show_trace* __show_regs show_regs* __unwind* unwind_backtrace unwind_frame
  walk_stackframe arch_stack_walk stack_trace_* save_stack* stack_trace_consume* stack_depot_* __save_stack* print_stack_trace
  nmi_cpu_backtrace* nmi_trigger_* arch_trigger_* trigger_*_backtrace* sched_show_task dump_cpu_task show_state_filter printk* _printk
  vprintk* print_ip_sym
  # kernel/panic.c, lib/bug.c, arch/*/kernel/traps.c: panic, WARN, BUG and the exceptions behind them.
  panic* __panic* vpanic nmi_panic* check_panic_on_warn add_taint oops_* die __die* die_* __warn* warn_slowpath_* report_bug*
  __report_bug* fixup_bug* handle_bug* handle_invalid_op bug_handler* bug_brk_handler* bug_at call_break_hook brk_handler
  do_debug_exception do_el1_brk64 do_trap* __do_trap* do_error_trap do_invalid_op invalid_op exc_* __exc_* _exception asm_exc_*
  asm_sysvec_* sysvec_* do_undefinstr* __und_* do_report_trap do_break* handle_break program_check_exception program_check_common*
  do_program_check handle_exception* ret_from_exception do_double_fault double_fault df_debug error_entry general_protection
  do_general_protection do_divide_error divide_error stack_segment int3 do_int3* nmi end_repeat_nmi do_nmi default_do_nmi nmi_handle*
  warn_thunk_thunk __report_bug rust_helper_BUG rust_begin_unwind rust_panic* __x86_indirect_thunk* __x86_return_thunk *_panic
  assertfail ref_tracker_* ftrace_* perf_trace_* tp_perf_event_destroy perf_tp_* trace_event_raw_event_* __bpf_trace_* __traceiter_*
  # arch/*/mm/fault.c: page faults of the kernel.
  no_context* page_fault_oops kernelmode_fixup_or_oops* __bad_area* bad_area* do_page_fault* __do_page_fault* page_fault
  async_page_fault do_user_addr_fault do_kern_addr_fault do_translation_fault do_mem_abort __do_kernel_fault* do_bad* do_DataAbort
  do_PrefetchAbort __dabt_* __pabt_* die_kernel_fault* do_alignment* do_tag_check_fault do_sea el1_* el1h_* el1t_* __el1_*
  handle_page_fault* data_access_common*
  # kernel/entry, arch/x86/entry: interrupts on the way.
  retint_* ret_from_intr common_interrupt asm_common_interrupt apic_timer_interrupt smp_apic_timer_interrupt call_function_*interrupt
  irqentry_*
  # mm/kasan: reports and checks; lib/test_kasan names no function of these.
  print_address_description* print_report* print_error_description kasan_* __kasan_* check_memory_region* memory_is_poisoned*
  check_region_inline __asan_* __hwasan_* hwasan_* asan.module_* end_report* start_report* addr_has_metadata get_address_*
  # mm/kmsan, kernel/kcsan, mm/kfence, lib/ubsan.c.
  kmsan_* __kmsan_* __msan_* kcsan_* __kcsan_* __tsan_* check_access kfence_* __kfence_* ubsan_* __ubsan_* handle_overflow*
  handle_object_size* instrument_* __sanitizer_cov_* write_comp_data check_kcov_mode trace_kfree __stack_chk_fail*
  exit_to_user_mode_loop_stack_check
  # lib/debugobjects.c.
  debug_print_object* debug_object_* __debug_object_* debug_check_no_obj_freed* __debug_check_no_obj_freed* debug_timer_*
  debug_hrtimer_* debug_work_* debug_rcu_* debug_assert_init work_is_static_object lookup_object_or_alloc timer_is_static_object
  timer_fixup_* hrtimer_fixup_* work_fixup_*
  # lib/list_debug.c, lib/refcount.c, lib/string_helpers.c, mm/usercopy.c, lib/smp_processor_id.c.
  __list_add* __list_del* list_add* list_del* __list_cut* __list_splice* list_splice* list_move* list_empty* list_is_*
  list_first_entry* __list_valid* hlist_* __hlist_* refcount_* __refcount_* kref_* fortify_panic* __fortify_* __read_overflow*
  __write_overflow* usercopy_* check_heap_object check_bogus_address check_stack_object __check_heap_object __check_object_size*
  check_object_size check_copy_size check_preemption_disabled debug_smp_processor_id __this_cpu_preempt_check
  # kernel/sched/core.c: complaints and the way into the scheduler.
  __schedule_bug __schedule* schedule schedule_debug* schedule_timeout* schedule_idle schedule_preempt_disabled schedule_hrtimeout*
  preempt_schedule* __cond_resched* _cond_resched cond_resched* __might_sleep ___might_sleep __might_resched might_* __might_fault
  __cant_sleep context_switch __switch_to* finish_task_switch* sched_*bug*
`)
