import { list } from './names.ts'

/** Which functions of the kernel serve others, by the file that defines them. `*` stands for any rest, `FILE:NAMES` takes those names only. */
export interface MachineryFiles {
  /** What prints reports and leads to them: at fault only when nothing else is left. */
  readonly printing: readonly string[]
  /** Locking, allocating, copying: not at fault, not even where the CPU was. */
  readonly checking: readonly string[]
  /** Libraries and services that do what their caller asked for: at fault only when the CPU was there. */
  readonly serving: readonly string[]
  /** Where tasks, interrupts, work items and tests begin: at fault only when nothing else is left. */
  readonly entry: readonly string[]
}

export const machineryFiles: MachineryFiles = {
  printing: list(`
    # Printing and stopping.
    kernel/panic.c kernel/printk/* lib/dump_stack.c lib/nmi_backtrace.c lib/bug.c lib/hexdump.c lib/vsprintf.c lib/kasprintf.c
    lib/seq_buf.c lib/trace_readwrite.c lib/dynamic_debug.c:__dynamic_* fs/seq_file.c:seq_*print* fs/seq_file.c:seq_put* fs/seq_file.c:seq_write
    fs/seq_file.c:seq_escape* fs/seq_file.c:seq_hex_dump fs/seq_file.c:seq_*path fs/seq_file.c:seq_dentry fs/sysfs/file.c:sysfs_emit* kernel/trace/trace_seq.c
    kernel/audit.c:audit_log_*string* kernel/audit.c:audit_log_*format kernel/audit.c:audit_log_n_*
    kernel/stacktrace.c kernel/watchdog* kernel/hung_task.c kernel/cfi.c kernel/sched/core.c:*schedule*
    kernel/sched/core.c:*show_task kernel/sched/core.c:dump_cpu_task kernel/sched/debug.c kernel/rcu/tree_stall.h
    kernel/locking/lockdep.c:print_* kernel/locking/lockdep.c:lockdep_rcu_suspicious kernel/locking/lockdep.c:dump_* kernel/trace/ftrace.c
    kernel/kallsyms.c kernel/module/kallsyms.c kernel/extable.c kernel/bpf/core.c:*bpf_text_address kernel/kexec_core.c:*crash*
    kernel/trace/fgraph.c kernel/trace/trace_functions*.c kernel/trace/trace_irqsoff.c kernel/trace/trace_preemptirq.c kernel/trace/trace_event_perf.c kernel/tracepoint.c
    drivers/base/core.c:*dev_*printk* drivers/base/core.c:_dev_* drivers/base/core.c:create_syslog_header drivers/base/core.c:*dev_err_probe*
    # Sanitizers and checks.
    mm/kasan/* mm/kmsan/* mm/kfence/* mm/kmemleak.c mm/usercopy.c mm/maccess.c mm/debug.c mm/page_owner.c mm/page_poison.c mm/debug_page_alloc.c mm/page_ext.c kernel/stackleak.c mm/failslab.c mm/fail_page_alloc.c
    mm/page_table_check.c kernel/kcsan/* kernel/kcov.c lib/ubsan.c lib/fault-inject* lib/debugobjects.c lib/list_debug.c lib/refcount.c
    lib/ref_tracker.c lib/smp_processor_id.c lib/stackdepot.c lib/error-inject.c kernel/fail_function.c
    # Exceptions and traces of the architectures.
    arch/*/kernel/traps* arch/*/kernel/dumpstack* arch/*/kernel/unwind* arch/*/kernel/stacktrace.c arch/*/kernel/nmi*
    arch/*/kernel/debug-monitors.c arch/*/kernel/exceptions-* arch/*/kernel/kgdb.c arch/*/mm/fault* arch/*/mm/extable.c
    arch/*/mm/physaddr.c arch/x86/kernel/cet.c arch/*/kernel/process*:*show_regs* arch/*/kernel/kprobes* arch/*/kernel/ftrace* arch/um/kernel/sysrq.c arch/um/kernel/trap.c
  `),
  checking: list(`
    # Locks, RCU, waiting, the scheduler.
    kernel/locking/* kernel/rcu/*
    kernel/sched/core.c:*might_* kernel/sched/core.c:*cond_resched* kernel/sched/core.c:*cant_*
    kernel/sched/core.c:finish_task_switch kernel/sched/core.c:context_switch kernel/sched/core.c:try_to_wake_up kernel/sched/core.c:wake_up_process
    kernel/sched/core.c:wake_up_q kernel/sched/core.c:wake_up_state kernel/sched/core.c:default_wake_function kernel/sched/core.c:ttwu_*
    kernel/sched/core.c:*rq_lock* kernel/sched/core.c:*rq_unlock* kernel/sched/core.c:preempt_count_*
    mm/memory.c:__might_fault kernel/sched/wait*.c kernel/sched/swait.c kernel/sched/completion.c kernel/sched/clock.c kernel/softirq.c kernel/context_tracking.c lib/dec_and_lock.c lib/atomic64.c
    lib/lockref.c lib/percpu-refcount.c lib/percpu_counter.c
    # Deferred work: the function that starts, flushes or cancels it is the one that matters.
    kernel/workqueue.c kernel/time/timer.c:*del_timer* kernel/time/timer.c:*timer_delete*
    kernel/time/timer.c:*timer_shutdown* kernel/time/timer.c:*mod_timer* kernel/time/timer.c:add_timer* kernel/time/timer.c:lock_timer_base
    kernel/time/timer.c:*timer_is_static_object kernel/time/timer.c:timer_fixup* kernel/time/timer.c:debug_* kernel/time/timer.c:init_timer*
    kernel/time/hrtimer.c:*cancel* kernel/time/hrtimer.c:*fixup* kernel/time/hrtimer.c:*debug_* kernel/time/hrtimer.c:hrtimer_start*
    # Devices and data structures: what matters is the function that registers or fills them.
    drivers/base/core.c drivers/base/bus.c drivers/base/class.c drivers/base/dd.c drivers/base/driver.c drivers/base/platform.c drivers/base/devres.c
    drivers/base/auxiliary.c drivers/base/component.c drivers/base/attribute_container.c drivers/base/transport_class.c drivers/base/swnode.c
    drivers/base/property.c drivers/base/regmap/*
       drivers/base/power/* drivers/i2c/i2c-core* lib/xarray.c lib/llist.c lib/kobject*.c lib/klist.c lib/bitmap* lib/find_bit.c lib/sort.c
    lib/scatterlist.c lib/crypto/* drivers/usb/core/urb.c drivers/usb/core/message.c drivers/usb/core/hcd.c
    drivers/tty/tty_io.c:*register_device* net/core/skbuff.c:*kfree_skb* net/core/skbuff.c:*consume_skb* net/core/skbuff.c:*skb_reason_drop
    drivers/usb/*:*_urb_enqueue drivers/char/hw_random/core.c:*register* net/core/skbuff.c:skb_release_*
    # The page cache, for the file systems that ask it.
    mm/filemap.c:*lock* mm/filemap.c:*wait* mm/filemap.c:find_* mm/filemap.c:*get_folio* mm/filemap.c:pagecache_get_page include/linux/pagemap.h:*lock* include/linux/pagemap.h:find_* include/linux/pagemap.h:*get_folio*
    mm/truncate.c
    # Memory and strings.
    mm/slab* mm/slub.c mm/slob.c mm/util.c lib/rbtree.c net/core/sock.c:*lock_sock* net/core/sock.c:release_sock net/core/sock.c:*release_sock
    net/core/skbuff.c:skb_*_panic net/core/skbuff.c:skb_put* net/core/skbuff.c:skb_push* net/core/skbuff.c:skb_pull* net/core/skbuff.c:__skb_p*
    lib/string* lib/usercopy.c lib/iov_iter.c lib/strncpy_from_user.c lib/strnlen_user.c lib/iomap.c lib/iomap_copy.c lib/iomem_copy.c
    lib/logic_pio.c lib/checksum.c lib/crc* lib/siphash.c lib/memweight.c lib/muldi3.c lib/math/* lib/lib-*.S
    # String and user copies of the architectures, and headers whose functions the compiler may leave alone.
    arch/*/lib/* arch/*/kernel/paravirt* arch/*/crypto/crc* crypto/*_generic.c
    include/linux/list*.h include/linux/rculist*.h include/linux/refcount.h include/linux/kref.h include/linux/kasan*.h
    include/linux/instrumented.h include/linux/kcsan*.h include/linux/spinlock*.h include/linux/rwlock*.h include/linux/seqlock.h
    include/linux/slab.h include/linux/fortify-string.h include/linux/uaccess.h include/linux/thread_info.h include/linux/sched.h
    include/linux/rcupdate.h include/linux/string.h include/linux/atomic/* include/linux/completion.h include/linux/bit_spinlock.h
    include/linux/radix-tree.h include/linux/idr.h include/linux/xarray.h include/linux/rbtree*.h include/linux/llist.h include/linux/hash*.h
    include/linux/bitmap.h include/linux/bitops.h include/linux/find.h include/linux/cpumask.h include/linux/nodemask.h include/linux/percpu_counter.h
    include/linux/u64_stats_sync.h include/linux/page_ref.h include/linux/page-flags.h include/linux/highmem*.h include/linux/uio.h include/linux/kfifo.h
    include/linux/ptr_ring.h include/linux/srcu*.h include/linux/rcu*.h include/linux/jump_label.h include/linux/ktime.h include/linux/math*.h
    include/linux/unaligned* include/asm-generic/unaligned.h include/linux/timer.h include/linux/hrtimer.h include/linux/workqueue.h include/linux/swait.h
    include/linux/local_lock*.h include/linux/ww_mutex.h include/linux/sbitmap.h include/linux/scatterlist.h include/linux/tracepoint.h
    include/asm-generic/bitops/* include/asm-generic/rwonce.h include/linux/compiler.h include/linux/percpu-refcount.h include/linux/percpu-rwsem.h include/linux/percpu.h
    arch/*/include/asm/io*.h include/asm-generic/io.h arch/*/include/asm/bitops*.h arch/*/include/asm/atomic*.h include/linux/preempt.h include/linux/lockdep.h include/linux/irqflags.h include/linux/mutex.h include/linux/rwsem.h include/linux/wait.h
  `),
  serving: list(`
    lib/* kernel/time/timer.c kernel/time/hrtimer.c kernel/time/sleep_timeout.c kernel/time/timekeeping.c
    kernel/time/tick* kernel/time/clockevents.c kernel/smp.c kernel/stop_machine.c kernel/notifier.c kernel/irq_work.c kernel/task_work.c
    kernel/irq/* kernel/async.c kernel/sched/core.c kernel/sched/clock.c kernel/sched/sched.h arch/x86/kernel/kvmclock.c arch/x86/kernel/tsc.c fs/kernfs/* fs/sysfs/* fs/proc/generic.c
    mm/page_alloc.c mm/vmalloc.c mm/percpu* mm/mempool.c mm/dmapool.c mm/page_frag_cache.c mm/kasan/quarantine.c
    mm/folio-compat.c mm/list_lru.c mm/mempolicy.c:*alloc* mm/highmem.c mm/ioremap.c arch/*/mm/ioremap.c arch/*/mm/tlb*.c
    # Ticks and calls between CPUs.
    arch/*/kernel/apic/* arch/*/kernel/smp.c arch/*/kernel/time.c
    # Code that is patched, memory for devices, random numbers.
    kernel/jump_label.c arch/*/kernel/jump_label.c arch/x86/kernel/alternative.c kernel/dma/* drivers/char/random.c
    include/linux/fs.h:*sb_*_write net/core/dev.c:call_netdevice_notifiers*
    net/core/dev.c:*unregister_netdev* net/core/dev.c:rollback_registered*
    # Names, inodes and pages, which every file system is asked for.
    fs/dcache.c fs/inode.c mm/filemap.c include/linux/dcache.h:dget*
    crypto/api.c crypto/algapi.c crypto/cipher.c crypto/scatterwalk.c
  `),
  entry: list(`
    arch/*/kernel/entry* arch/*/entry/* arch/*/kernel/syscall* arch/*/kernel/head* arch/*/kernel/irq* kernel/entry/* kernel/kthread.c
    kernel/workqueue.c:process_one_work kernel/workqueue.c:process_scheduled_works kernel/workqueue.c:worker_thread kernel/workqueue.c:rescuer_thread
    kernel/softirq.c:__do_softirq kernel/softirq.c:*irq_exit* kernel/softirq.c:run_ksoftirqd kernel/smpboot.c kernel/sched/idle.c
    lib/kunit/* init/main.c arch/*/include/asm/idtentry.h arch/*/kernel/process*:ret_from_* arch/*/kernel/smpboot.c:start_secondary
    # Where an idle CPU waits.
    arch/*/kernel/process*:*idle* arch/*/kernel/idle.c drivers/acpi/processor_idle.c drivers/cpuidle/* drivers/idle/*
  `),
}

/**
 * What every protocol, file system or driver goes through: sockets and packets, the page cache, system calls on files. A log that names files shows
 * which of them it was. By name alone a function of these is as likely at fault as its caller is.
 */
export const layerFiles: readonly string[] = list(`
  net/socket.c net/core/dev.c net/core/sock.c net/core/skbuff.c net/core/datagram.c net/core/stream.c
  fs/read_write.c fs/ioctl.c fs/file_table.c fs/buffer.c fs/mpage.c fs/splice.c fs/libfs.c fs/seq_file.c fs/debugfs/*
  mm/filemap.c mm/truncate.c mm/readahead.c mm/page-writeback.c mm/memory.c mm/gup.c mm/swap.c
`)

/** Tests of the machinery itself are not machinery. */
export const testFiles: readonly string[] = list(`
  *_test.c *_test_* *test_*.c *-test.c *selftest* *torture* *_kunit.c *kunit_*.c *rcuscale.c *refscale.c *perf.c lib/tests/* lib/locking-selftest*
`)
