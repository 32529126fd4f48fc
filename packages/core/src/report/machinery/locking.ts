import { list } from './list.ts'

/** Functions of kernel/locking, kernel/rcu and include/linux that hold for their callers. `*` stands for any rest. */
export const lockingFunctions: readonly string[] = list(`
  # kernel/locking/lockdep.c.
  lock_acquire* lock_release* __lock_acquire* __lock_release* lock_is_held* __lock_is_held* lock_pin_lock lock_repin_lock
  lock_unpin_lock lock_set_class lock_downgrade lock_contended lock_acquired lock_sync* validate_chain* check_prev* check_deadlock*
  check_noncircular* check_irq_usage check_usage* check_wait_context check_lock_unlock* check_chain_key check_path mark_lock*
  mark_held_locks* mark_usage print_circular_bug* print_usage_bug* print_deadlock_bug* print_irq_inversion_bug*
  print_bad_irq_dependency* print_lock_* print_unlock_imbalance_bug* print_freed_lock_bug* print_held_locks_bug* valid_state
  register_lock_class* assign_lock_key look_up_lock_class lockdep_* __lockdep_* debug_check_no_locks_* debug_lockdep_*
  add_lock_to_list* save_trace trace_hardirqs_* trace_softirqs_* hlock_class find_held_lock reacquire_held_locks match_held_lock
  might_lock*
  # kernel/locking/*.c, include/linux/{spinlock,rwlock,seqlock,mutex,rwsem}*.h.
  _raw_*lock* __raw_*lock* do_raw_* raw_spin_* spin_lock* spin_unlock* spin_trylock* spin_dump spin_bug __spin_* read_lock*
  read_unlock* write_lock* write_unlock* rwlock_bug arch_spin_* arch_*_lock* queued_*lock* native_queued_* __pv_queued_* pv_queued_*
  _paravirt_nop virt_spin_* pv_wait* rt_spin_* mutex_* __mutex_* ww_mutex_* __ww_mutex_* down down_* __down* up up_* __up* rwsem_*
  __rwsem_* percpu_down_* percpu_up_* __percpu_down_* __percpu_rwsem* percpu_rwsem_* rt_mutex_* __rt_mutex_* rtlock_* seqlock_*
  write_seq* read_seq* __seqprop* seqcount_* do_write_seqcount* local_lock* local_bh_enable __local_bh_enable* local_bh_disable
  __local_bh_disable* osq_lock mutex_optimistic_spin lock_sock* release_sock task_rq_lock __task_rq_lock rq_lock* raw_spin_rq_lock*
  lockref_* _atomic_dec_and_lock* warn_bogus_irq_restore bit_spin_* hlist_bl_lock debug_mutex_* debug_spin_* class_*lock* class_*guard*
  check_mutex*
  # kernel/rcu, kernel/sched/{wait,completion,swait}.c: waiting for others.
  rcu_read_lock* rcu_read_unlock* __rcu_read_* rcu_lock_acquire rcu_lock_release rcu_is_watching rcu_note_context_switch rcu_dynticks_*
  rcu_irq_* synchronize_sched* srcu_read_* __srcu_read_* srcu_lock_* wait_for_completion* wait_for_common* __wait_for_common
  do_wait_for_common complete complete_* wait_woken
  __wait_event* io_schedule* bit_wait* __wait_on_bit* out_of_line_wait_*
  # include/asm-generic, arch/*/include/asm: atomics, bits, access helpers.
  atomic_* atomic64_* atomic_long_* arch_atomic* raw_atomic* __atomic* __lse_* __ll_sc_* xchg* cmpxchg* try_cmpxchg* arch_static_*
  static_* test_bit* set_bit* clear_bit* __set_bit __clear_bit _test_bit* arch_test_* arch_set_bit* arch_clear_bit* __test_and_* percpu_ref_get percpu_ref_get_many percpu_ref_put percpu_ref_put_many percpu_ref_tryget*
  test_and_* constant_test_bit variable_test_bit const_test_bit __read_once_size* __write_once_size* read_word_at_a_time
   native_save_fl arch_local_* native_irq_* native_restore_fl cpu_relax rep_nop preempt_* __preempt_* get_current
  debug_rt_*
`)
