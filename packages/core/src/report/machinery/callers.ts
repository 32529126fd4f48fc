/** Functions that do for their caller what it asked for: the caller is to blame. `*` stands for any rest. */
export const helperFunctions: readonly string[] = [
  // kernel/workqueue.c, kernel/time: starting, flushing and cancelling.
  '__flush_work*', 'flush_work', 'flush_workqueue*', '__flush_workqueue*', 'flush_delayed_work', 'drain_workqueue', 'touch_work_lockdep_map', 'start_flush_work*', '__cancel_work*', 'cancel_work*', 'cancel_delayed_work*', '__queue_work', 'queue_work_on', 'queue_work', 'queue_delayed_work*', '__queue_delayed_work', 'mod_delayed_work*', 'schedule_work*', 'destroy_workqueue', 'del_timer*', '__del_timer_sync', 'timer_delete*', '__timer_delete*', 'try_to_del_timer_sync', 'mod_timer*', '__mod_timer', 'add_timer*', 'hrtimer_cancel', 'hrtimer_start_range_ns', 'hrtimer_forward*', 'hrtimer_try_to_cancel', 'destroy_timer_on_stack', 'call_rcu*', '__call_rcu_common*', 'kvfree_call_rcu',
  // drivers/usb/core: messages and URBs of a driver.
  'usb_submit_urb', 'usb_start_wait_urb', 'usb_internal_control_msg', 'usb_control_msg*', 'usb_bulk_msg', 'usb_interrupt_msg', 'usb_kill_urb*', 'usb_hcd_submit_urb',
  // lib/rbtree.c, lib/radix-tree.c, lib/xarray.c, lib/idr.c.
  'rb_insert_color*', 'rb_erase*', '__rb_*', 'rb_next', 'rb_prev', 'rb_first*', 'rb_link_*', 'xas_*', 'xa_load', 'xa_store', 'xa_erase', '__xa_*', 'idr_*', '__idr_*', 'ida_*', 'radix_tree_lookup*', 'radix_tree_delete*', 'radix_tree_next_*', 'klist_*', 'kobject_*', 'sysfs_*', 'kernfs_get', 'find_next_bit*', '_find_*_bit*',
]
