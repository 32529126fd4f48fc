import { list } from './list.ts'

/** Files that serve the whole kernel: the file to look at first is the first one in the trace that is none of them. `*` stands for any rest. */
export const infrastructureFiles: readonly string[] = list(`
  # Reporting, sanitizers, locking, scheduling, time, interrupts.
  kernel/panic.c kernel/printk/* lib/dump_stack.c lib/nmi_backtrace.c lib/bug.c lib/ubsan.c lib/fault-inject* lib/debugobjects.c
  lib/list_debug.c lib/refcount.c lib/ref_tracker.c lib/smp_processor_id.c lib/stackdepot.c lib/lockref.c lib/percpu-refcount.c
  mm/kasan/* mm/kmsan/* mm/kfence/* mm/kmemleak.c kernel/kcsan/* kernel/kcov.c kernel/stacktrace.c kernel/locking/* kernel/rcu/*
  kernel/sched/* kernel/softirq.c kernel/time/timer.c kernel/time/hrtimer.c kernel/time/tick* kernel/time/sleep_timeout.c kernel/time/timekeeping.c kernel/irq/* kernel/workqueue.c kernel/kthread.c kernel/watchdog* kernel/hung_task.c
  kernel/smp.c kernel/stop_machine.c kernel/entry/* kernel/exit.c kernel/fork.c kernel/task_work.c kernel/signal.c kernel/notifier.c
  kernel/events/core.c kernel/cpu.c kernel/params.c kernel/context_tracking.c kernel/tracepoint.c
  # Libraries.
  lib/string* lib/vsprintf.c lib/iov_iter.c lib/usercopy.c lib/rbtree* lib/radix-tree.c lib/xarray.c lib/idr.c lib/maple_tree.c
  lib/kobject* lib/klist.c lib/kref.c lib/rhashtable.c lib/bitmap.c lib/find_bit.c lib/crc* lib/seq_buf.c lib/timerqueue.c lib/plist.c
  lib/scatterlist.c lib/sbitmap.c lib/hexdump.c lib/kasprintf.c lib/nlattr.c lib/genalloc.c lib/assoc_array.c lib/btree.c lib/llist.c
  lib/lz4/* lib/zlib_* lib/zstd/* lib/crypto/*
  # Memory.
  mm/slab* mm/slub.c mm/slob.c mm/page_alloc.c mm/vmalloc.c mm/percpu* mm/util.c mm/usercopy.c mm/maccess.c mm/mempool.c mm/mempolicy.c
  mm/filemap.c mm/folio-compat.c mm/page-writeback.c mm/readahead.c mm/truncate.c mm/swap.c mm/vmscan.c mm/gup.c mm/memory.c
  mm/memcontrol.c mm/debug.c mm/list_lru.c mm/dmapool.c mm/page_io.c mm/oom_kill.c mm/highmem.c mm/mmap.c mm/rmap.c mm/shrinker*
  mm/page_owner.c mm/page_counter.c mm/internal.h
  # Architectures: exceptions, entry, string and user copies; what drivers keep below arch/ stays.
  arch/*/kernel/traps.c arch/*/kernel/entry* arch/*/entry/* arch/*/mm/* arch/*/lib/* arch/*/include/* arch/*/kernel/dumpstack*
  arch/*/kernel/unwind* arch/*/kernel/stacktrace.c arch/*/kernel/process* arch/*/kernel/irq* arch/*/kernel/apic/* arch/*/kernel/smp*
  arch/*/kernel/debug-monitors.c arch/*/kernel/kvm.c arch/*/kernel/cpu/* arch/*/kernel/nmi.c arch/*/kernel/paravirt* arch/*/crypto/*
  include/*
  # Layers that pass on: files, pages, drivers, sockets.
  fs/open.c fs/read_write.c fs/namei.c fs/inode.c fs/dcache.c fs/super.c fs/namespace.c fs/file_table.c fs/file.c fs/ioctl.c fs/attr.c
  fs/libfs.c fs/buffer.c fs/mpage.c fs/fs-writeback.c fs/seq_file.c fs/iomap/* fs/direct-io.c fs/splice.c fs/sync.c fs/stat.c
  fs/xattr.c fs/exec.c fs/readdir.c fs/kernfs/* fs/sysfs/* fs/proc/generic.c fs/proc/inode.c fs/debugfs/* fs/fs_context.c
  fs/fs_parser.c fs/select.c fs/char_dev.c fs/drop_caches.c fs/notify/*
  drivers/base/* drivers/usb/core/* drivers/tty/tty_io.c drivers/tty/tty_ldisc.c drivers/tty/tty_buffer.c drivers/pci/pci-driver.c
  drivers/char/mem.c block/blk-core.c block/bio.c block/blk-mq* crypto/api.c crypto/algapi.c crypto/cipher.c crypto/scatterwalk.c
  crypto/skcipher.c crypto/shash.c crypto/ahash.c crypto/af_alg.c security/security.c security/commoncap.c ipc/namespace.c
  # The middle layer of sound.
  sound/core/pcm_native.c sound/core/pcm_lib.c
  net/socket.c net/core/dev.c net/core/dev_api.c net/core/sock.c net/core/skbuff.c net/core/datagram.c net/core/stream.c net/core/dst.c
  net/core/filter.c net/core/neighbour.c net/core/rtnetlink.c net/core/netpoll.c net/core/link_watch.c net/core/page_pool.c
  net/netlink/af_netlink.c net/netlink/genetlink.c net/compat.c net/netfilter/core.c net/sched/sch_generic.c
`)
