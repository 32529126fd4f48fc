import { list } from './list.ts'

/** Functions that start, flush and cancel deferred work for their caller, who is to blame. `*` stands for any rest. */
export const deferringFunctions: readonly string[] = list(`
  # kernel/workqueue.c, kernel/time: starting, flushing and cancelling.
  __flush_work* flush_work flush_workqueue* __flush_workqueue* flush_delayed_work drain_workqueue touch_work_lockdep_map
  start_flush_work* try_to_grab_pending __cancel_work* cancel_work* cancel_delayed_work* insert_work __queue_work queue_work_on queue_work
  queue_delayed_work* __queue_delayed_work mod_delayed_work* schedule_work* destroy_workqueue del_timer* __del_timer_sync timer_delete*
  __timer_delete* try_to_del_timer_sync lock_timer_base mod_timer* __mod_timer add_timer* hrtimer_cancel hrtimer_start_range_ns
  hrtimer_forward* hrtimer_try_to_cancel destroy_timer_on_stack call_rcu* __call_rcu* kvfree_call_rcu
`)

/** Functions that do for their caller what it asked for, and take locks of their own. `*` stands for any rest. */
export const helperFunctions: readonly string[] = list(`
  # kernel/sched: wait queues and wake-ups.
  finish_wait prepare_to_wait* __wake_up* wake_up_process wake_up_q wake_up_state try_to_wake_up swake_up_* wake_up_interruptible*
  # drivers/usb/core: messages and URBs of a driver.
  usb_submit_urb usb_start_wait_urb usb_internal_control_msg usb_control_msg* usb_bulk_msg usb_interrupt_msg usb_kill_urb* usb_poison_urb usb_unlink_urb
  usb_hcd_submit_urb
  # drivers/base, drivers/i2c/i2c-core-base.c: devices come and go on behalf of a driver.
  device_add device_del device_register device_unregister device_release device_destroy device_remove_* device_create*
  device_for_each_child* get_device* put_device cleanup_glue_dir bus_remove_device bus_add_device dpm_* devres_* add_uevent_var
  driver_sysfs_* i2c_del_adapter __unregister_client dev_uevent kthread_stop tty_unregister_device tty_register_device* hwrng_register hwrng_unregister
  # net/core: devices and buffers.
  rollback_registered* unregister_netdevice_* skb_over_panic skb_under_panic skb_put* skb_push skb_pull* __skb_put* __skb_push
  __skb_pull
  # fs/inode.c, fs/dcache.c, mm/truncate.c, mm/filemap.c: counts and caches.
  iput ihold igrab inc_nlink drop_nlink clear_nlink set_nlink dput fast_dput retain_dentry find_lock_entries find_get_entries
  truncate_inode_* truncate_pagecache* invalidate_inode_pages* invalidate_mapping_pages
  # lib/rbtree.c, lib/radix-tree.c, lib/xarray.c, lib/idr.c.
  rb_insert_color* rb_erase* __rb_* rb_next rb_prev rb_first* rb_link_* xas_* xa_load xa_store xa_erase __xa_* idr_* __idr_* ida_*
  radix_tree_lookup* radix_tree_delete* radix_tree_next_* klist_* kobject_* sysfs_* kernfs_get proc_register proc_create* proc_mkdir* find_next_bit* _find_*_bit*
`)

/** Where every task, worker and system call begins. */
export const entryFunctions: readonly string[] = list(`
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
