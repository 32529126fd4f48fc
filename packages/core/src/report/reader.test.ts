import { describe, expect, it } from 'vitest'
import { formats } from './formats/index.ts'
import { mayBeginReport } from './prefilter.ts'
import { failingKinds } from '../console/kinds.ts'
import { createReportReader } from './reader.ts'
import type { KernelReport } from './report.ts'

function read(lines: readonly string[] | string): readonly KernelReport[] {
  const reports: KernelReport[] = []
  const reader = createReportReader((report) => reports.push(report))
  for (const line of typeof lines === 'string' ? lines.trim().split('\n') : lines) reader.read(line)
  reader.end()
  return reports
}

// Written after the kernel's own prints; the file that prints stands before each.
const kinds: readonly (readonly [string, Partial<KernelReport>, string])[] = [
  [
    'mm/kasan/report.c',
    { kind: 'kasan', title: 'KASAN: slab-use-after-free Read in frob_read', function: 'frob_read', process: 'cat' },
    `
==================================================================
BUG: KASAN: slab-use-after-free in memcpy+0x20/0x40
Read of size 8 at addr ffff888004d3a000 by task cat/77
CPU: 0 UID: 0 PID: 77 Comm: cat Not tainted 6.12.0 #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x53/0x70
 print_report+0xce/0x620
 kasan_report+0xd8/0x110
 memcpy+0x20/0x40
 ? frob_old+0x1/0x9
 frob_read+0x33/0x80 [frob]
 vfs_read+0x1a/0x90
 </TASK>

Allocated by task 70:
 kmalloc_trace+0x1/0x2
 frob_alloc+0x1/0x2
==================================================================`,
  ],
  [
    'mm/kmsan/report.c',
    { kind: 'kmsan', title: 'KMSAN: uninit-value in frob_parse', function: 'frob_parse' },
    `
BUG: KMSAN: uninit-value in frob_parse+0x12/0x90
 frob_parse+0x12/0x90
 frob_ioctl+0x2/0x9
Uninit was created at:
 slab_post_alloc_hook+0x1/0x2
 frob_new+0x3/0x9`,
  ],
  [
    'kernel/kcsan/report.c',
    { kind: 'kcsan', title: 'KCSAN: data-race in frob_get / frob_set', function: 'frob_get' },
    `
BUG: KCSAN: data-race in frob_get / frob_set

write to 0xffff888004d3a000 of 4 bytes by task 70 on cpu 1:
 frob_set+0x4/0x9
 frob_ioctl+0x1/0x2`,
  ],
  [
    'mm/kfence/report.c',
    { kind: 'kfence', title: 'KFENCE: out-of-bounds read in frob_get', function: 'frob_get' },
    `
BUG: KFENCE: out-of-bounds read in frob_get+0xa3/0x22b

Out-of-bounds read at 0xffff8c3f2e291fff (1B left of kfence-#72):
 frob_get+0xa3/0x22b`,
  ],
  [
    'lib/ubsan.c',
    {
      kind: 'ubsan',
      title: 'UBSAN: array-index-out-of-bounds in frob_index',
      function: 'frob_index',
      source: 'drivers/frob/main.c',
      line: 12,
    },
    `
UBSAN: array-index-out-of-bounds in drivers/frob/main.c:12:9
index 8 is out of range for type 'int [4]'
CPU: 0 UID: 0 PID: 1 Comm: init Not tainted 6.12.0 #1
Call Trace:
 dump_stack_lvl+0x53/0x70
 __ubsan_handle_out_of_bounds+0x9a/0xd0
 frob_index+0x3/0x9
---[ end trace ]---`,
  ],
  [
    'kernel/locking/lockdep.c, a cycle',
    { kind: 'lockdep', title: 'possible deadlock in frob_lock_b', function: 'frob_lock_b', process: 'cat' },
    `
======================================================
WARNING: possible circular locking dependency detected
6.12.0 #1 Not tainted
------------------------------------------------------
cat/77 is trying to acquire lock:
ffffffff82a5c0a0 (frob_b){+.+.}-{4:4}, at: frob_lock_b+0x12/0x30

but task is already holding lock:
ffffffff82a5c0e0 (frob_a){+.+.}-{4:4}, at: frob_lock_a+0x12/0x30

the existing dependency chain (in reverse order) is:

-> #1 (frob_b){+.+.}-{4:4}:
       __mutex_lock+0x1/0x2
       frob_other+0x1/0x2

stack backtrace:
CPU: 0 UID: 0 PID: 77 Comm: cat Not tainted 6.12.0 #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x53/0x70
 lock_acquire+0x1/0x2
 frob_lock_b+0x12/0x30
 </TASK>`,
  ],
  [
    'kernel/locking/lockdep.c, an interrupt',
    { kind: 'lockdep', title: 'possible interrupt-unsafe lock order in frob_irq', function: 'frob_irq' },
    `
WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected
cat/77 [HC0[0]:SC0[0]:HE0:SE1] is trying to acquire:
ffffffff82a5c0a0 (frob_b){+.+.}-{2:2}, at: frob_lock_b+0x12/0x30
... which became HARDIRQ-irq-safe at:
  lock_acquire+0x1/0x2
  _raw_spin_lock+0x1/0x2
  frob_irq+0x1/0x2
to a HARDIRQ-irq-unsafe lock:
 (frob_b){+.+.}-{2:2}`,
  ],
  [
    'kernel/locking/lockdep.c, RCU',
    { kind: 'lockdep', title: 'suspicious RCU usage in frob_find' },
    `
=============================
WARNING: suspicious RCU usage
drivers/frob/main.c:3 suspicious rcu_dereference_check() usage!
stack backtrace:
Call Trace:
 <TASK>
 dump_stack_lvl+0x53/0x70
 lockdep_rcu_suspicious+0x1/0x2
 frob_find+0x1/0x2
 </TASK>`,
  ],
  [
    'kernel/panic.c, up to 6.18',
    {
      kind: 'warning',
      title: 'WARNING in frob_check',
      function: 'frob_check.isra.0',
      source: 'drivers/frob/main.c',
      line: 9,
      startLine: 1,
      endLine: 7,
    },
    `
------------[ cut here ]------------
frob: 3 is no number
WARNING: CPU: 0 PID: 77 at drivers/frob/main.c:9 frob_check.isra.0+0x2f/0x60
RIP: 0010:frob_check.isra.0+0x2f/0x60
Call Trace:
 frob_ioctl+0x1/0x2
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'kernel/panic.c, from 6.19',
    { kind: 'warning', title: 'WARNING in frob_check', source: 'drivers/frob/main.c', process: 'kworker/0:1' },
    'WARNING: drivers/frob/main.c:9 at frob_check+0x2f/0x60, CPU#0: kworker/0:1/12',
  ],
  [
    'lib/refcount.c',
    { kind: 'refcount', title: 'WARNING: refcount bug in frob_put', function: 'frob_put', source: undefined },
    `
------------[ cut here ]------------
refcount_t: underflow; use-after-free.
WARNING: CPU: 0 PID: 77 at lib/refcount.c:28 refcount_warn_saturate+0xba/0x110
RIP: 0010:refcount_warn_saturate+0xba/0x110
Call Trace:
 frob_put+0x1/0x2
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'lib/list_debug.c',
    { kind: 'list-corruption', title: 'BUG: corrupted list in frob_remove', function: 'frob_remove' },
    `
list_del corruption. prev->next should be ffff888004d3a000, but was 0000000000000000
------------[ cut here ]------------
kernel BUG at lib/list_debug.c:62!
Oops: invalid opcode: 0000 [#1] PREEMPT SMP
RIP: 0010:__list_del_entry_valid_or_report+0x7b/0xc0
Call Trace:
 frob_remove+0x1/0x2
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'lib/bug.c',
    { kind: 'bug', title: 'kernel BUG in frob_assert', function: 'frob_assert', source: 'drivers/frob/main.c', line: 44 },
    `
kernel BUG at drivers/frob/main.c:44!
Oops: invalid opcode: 0000 [#1] PREEMPT SMP
RIP: 0010:frob_assert+0x7b/0xc0
Call Trace:
 frob_ioctl+0x1/0x2
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'arch/x86/mm/fault.c',
    { kind: 'null-deref', title: 'BUG: kernel NULL pointer dereference in frob_get', function: 'frob_get' },
    `
BUG: kernel NULL pointer dereference, address: 0000000000000008
#PF: supervisor read access in kernel mode
Oops: Oops: 0000 [#1] PREEMPT SMP
CPU: 0 UID: 0 PID: 77 Comm: cat Not tainted 6.12.0 #1
RIP: 0010:strlen+0x7/0x20
Call Trace:
 frob_get+0x1/0x2
RIP: 0033:0x7f0000000000
---[ end trace 0000000000000000 ]---
RIP: 0010:strlen+0x7/0x20`,
  ],
  [
    'arch/x86/kernel/traps.c',
    { kind: 'gpf', title: 'general protection fault in frob_get' },
    `
Oops: general protection fault, probably for non-canonical address 0xdffffc0000000001: 0000 [#1] PREEMPT SMP KASAN
KASAN: null-ptr-deref in range [0x0000000000000008-0x000000000000000f]
RIP: 0010:frob_get+0x7/0x20
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'arch/x86/kernel/traps.c, a division',
    { kind: 'divide-error', title: 'divide error in frob_rate' },
    'Oops: divide error: 0000 [#1] SMP\nRIP: 0010:frob_rate+0x7/0x20',
  ],
  [
    'arch/arm64/mm/fault.c',
    { kind: 'null-deref', title: 'BUG: kernel NULL pointer dereference in frob_get' },
    `
Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
Mem abort info:
  ESR = 0x0000000096000004
Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP
pc : frob_get+0x18/0xb8
lr : frob_ioctl+0x18/0xb8
Call trace:
 frob_get+0x18/0xb8 (P)
 frob_ioctl+0x1/0x2
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'arch/arm/kernel/traps.c',
    { kind: 'oops', title: 'BUG: unable to handle kernel paging request in frob_get' },
    `
8<--- cut here ---
Unable to handle kernel paging request at virtual address fee00001 when read
Internal error: Oops: 5 [#1] SMP ARM
PC is at __memzero+0x40/0x48
LR is at frob_get+0x28/0x48
Call trace:
[<80101000>] (__memzero) from [<80202000>] (frob_get+0x10/0x40)
[<80202000>] (frob_get) from [<80303000>] (frob_ioctl+0x10/0x40)
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'arch/riscv/mm/fault.c',
    { kind: 'oops', title: 'BUG: unable to handle kernel paging request in frob_get' },
    `
Unable to handle kernel paging request at virtual address ffffffff00000000
Oops [#1]
epc : frob_get+0x8e/0x9e
 ra : frob_ioctl+0x7c/0x9e
[<ffffffff80006d9c>] frob_get+0x8e/0x9e
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'arch/powerpc/mm/fault.c',
    { kind: 'null-deref', title: 'BUG: kernel NULL pointer dereference in frob_get' },
    `
BUG: Kernel NULL pointer dereference on read at 0x00000008
Faulting instruction address: 0xc000000000812345
Oops: Kernel access of bad area, sig: 11 [#1]
NIP [c000000000812345] frob_get+0x28/0x80
LR [c000000000812300] frob_ioctl+0x28/0x80
Call Trace:
[c000000003f0b9a0] [c000000000812300] frob_ioctl+0x28/0x80 (unreliable)
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'arch/s390/mm/fault.c',
    { kind: 'oops', title: 'BUG: unable to handle kernel pointer dereference in frob_get' },
    `
Unable to handle kernel pointer dereference in virtual kernel address space
Failing address: 0000000000000000 TEID: 0000000000000483
Oops: 0004 ilc:2 [#1] SMP
Krnl PSW : 0704c00180000000 000003ff80001234 (frob_get+0x12/0x34 [frob])
Call Trace:
 [<000003ff80001234>] frob_get+0x12/0x34 [frob]`,
  ],
  [
    'kernel/rcu/tree_stall.h',
    { kind: 'rcu-stall', title: 'rcu stall in frob_spin', function: 'frob_spin' },
    `
rcu: INFO: rcu_preempt self-detected stall on CPU
rcu: 	1-....: (2100 ticks this GP) idle=9f9/1/0x4000000000000002 softirq=2116/2117 fqs=0
rcu: rcu_preempt kthread starved for 2100 jiffies! g989 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x0 ->cpu=0
rcu: RCU grace-period kthread stack dump:
task:rcu_preempt     state:R  running task     stack:0     pid:13
Call Trace:
 rcu_gp_kthread+0xb4/0x240
NMI backtrace for cpu 1
Call Trace:
 <IRQ>
 dump_stack_lvl+0x53/0x70
 update_process_times+0x1/0x2
 asm_sysvec_apic_timer_interrupt+0x1a/0x20
 </IRQ>
 frob_spin+0x12/0x30
 frob_ioctl+0x12/0x30`,
  ],
  [
    'kernel/watchdog.c',
    { kind: 'soft-lockup', title: 'soft lockup in frob_spin', process: 'cat' },
    'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [cat:99]\nCPU: 1 PID: 99 Comm: cat Not tainted\nRIP: 0010:frob_spin+0x12/0x30\nCall Trace:\n frob_ioctl+0x12/0x30',
  ],
  [
    'kernel/watchdog_perf.c',
    { kind: 'hard-lockup', title: 'hard lockup in frob_spin' },
    'watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 1\nRIP: 0010:frob_spin+0x12/0x30\nCall Trace:\n frob_ioctl+0x12/0x30',
  ],
  [
    'kernel/hung_task.c',
    { kind: 'hung-task', title: 'task hung in frob_wait', process: 'cat' },
    `
INFO: task cat:99 blocked for more than 120 seconds.
      Not tainted 6.12.0 #1
"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
task:cat             state:D stack:0     pid:99    tgid:99    ppid:1      flags:0x00004000
Call Trace:
 <TASK>
 __schedule+0x3e0/0xa50
 schedule+0x27/0xf0
 mutex_lock_nested+0x1/0x2
 frob_wait+0x1/0x2
 </TASK>`,
  ],
  [
    'kernel/workqueue.c',
    { kind: 'workqueue-stall', title: 'workqueue lockup' },
    'BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 34s!',
  ],
  [
    'kernel/sched/core.c',
    { kind: 'atomic-sleep', title: 'BUG: sleeping function called from invalid context in frob_alloc', process: 'cat' },
    `
BUG: sleeping function called from invalid context at include/linux/sched/mm.h:321
in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 77, name: cat
Call Trace:
 <TASK>
 dump_stack_lvl+0x53/0x70
 __might_resched+0x16b/0x250
 __kmalloc_cache_noprof+0x1/0x2
 frob_alloc+0x1/0x2
 </TASK>`,
  ],
  [
    'mm/kmemleak.c',
    { kind: 'leak', title: 'memory leak in frob_new', process: 'cat' },
    `
BUG: memory leak
unreferenced object 0xffff888004d3a000 (size 64):
  comm "cat", pid 77, jiffies 4294937521
  backtrace (crc 3c4b5a69):
    [<ffffffff81234567>] __kmalloc_cache_noprof+0x1/0x2
    [<ffffffff81234567>] frob_new+0x1/0x2`,
  ],
  [
    'mm/oom_kill.c',
    { kind: 'oom', title: 'out of memory', process: 'cat' },
    'cat invoked oom-killer: gfp_mask=0x1, order=0, oom_score_adj=0',
  ],
  [
    'mm/page_alloc.c',
    { kind: 'page-allocation-failure', title: 'page allocation failure in frob_buffer', process: 'cat' },
    'cat: page allocation failure: order:9, mode:0xcc0(GFP_KERNEL)\nCall Trace:\n dump_stack_lvl+0x1/0x2\n warn_alloc+0x1/0x2\n __alloc_pages_noprof+0x1/0x2\n frob_buffer+0x1/0x2',
  ],
  [
    'arch/x86/mm/fault.c, a program',
    { kind: 'userspace-crash', process: 'cat' },
    'cat[99]: segfault at 0 ip 0000000000401136 sp 00007ffe error 6 in cat[401000+1000]',
  ],
  [
    'arch/x86/mm/fault.c, the stack',
    { kind: 'stack-overflow', title: 'BUG: stack guard page was hit in frob_recurse' },
    'BUG: TASK stack guard page was hit at ffffc90000a07ff8 (stack is ffffc90000a08000..ffffc90000a0c000)\nOops: stack guard page: 0000 [#1] SMP\nRIP: 0010:frob_recurse+0x7/0x20\nCall Trace:\n frob_recurse+0x9/0x20\n frob_recurse+0x9/0x20\n do_syscall_64+0x1/0x2',
  ],
  [
    'kernel/panic.c, a panic of its own',
    { kind: 'panic', title: 'Kernel panic: Attempted to kill init', process: 'init' },
    'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\nCPU: 0 UID: 0 PID: 1 Comm: init Not tainted 6.12.0 #1\nCall Trace:\n panic+0x1/0x2\n do_exit+0x1/0x2\n---[ end Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100 ]---',
  ],
]

describe('createReportReader', () => {
  it.each(kinds)('reads %s', (_where, expected, log) => {
    const [report, ...others] = read(log)
    expect(report).toMatchObject(expected)
    expect(others).toEqual([])
  })

  it.each(kinds)('reads %s with stamps, callers and carriage returns', (_where, expected, log) => {
    const lines = log
      .trim()
      .split('\n')
      .map((line) => `[   12.345678][   T77] ${line}\r`)
    const { startLine: _start, endLine: _end, ...same } = expected
    expect(read(lines)[0]).toMatchObject(same)
  })

  it('keeps two reports apart that two processors print at the same time', () => {
    const first =
      'BUG: KASAN: slab-out-of-bounds in frob_a+0x1/0x2|Write of size 4 at addr ffff888004d3a000 by task a/1|Call Trace:| kasan_report+0x1/0x2| frob_a+0x1/0x2| frob_a2+0x1/0x2'.split(
        '|',
      )
    const second =
      'WARNING: CPU: 1 PID: 2 at fs/b.c:3 frob_b+0x1/0x2|Modules linked in:|Call Trace:| frob_b+0x1/0x2| frob_b2+0x1/0x2|---[ end trace 0 ]---'.split(
        '|',
      )
    const lines = first.flatMap((line, index) => [`[    1.000000][    T1] ${line}`, `[    1.000000][    T2] ${second[index] ?? ''}`])
    expect(read(lines)).toMatchObject([
      { kind: 'kasan', trace: [{ function: 'kasan_report' }, { function: 'frob_a' }, { function: 'frob_a2' }] },
      { kind: 'warning', trace: [{ function: 'frob_b' }, { function: 'frob_b2' }] },
    ])
  })

  it('gives the trace that a panic prints to the warning that caused it, and both are reports', () => {
    const reports = read(
      'WARNING: CPU: 0 PID: 1 at lib/debugobjects.c:9 debug_print_object+0x1/0x2\nKernel panic - not syncing: panic_on_warn set ...\nCall Trace:\n dump_stack+0x1/0x2\n panic+0x1/0x2\n debug_print_object+0x1/0x2\n frob_free+0x1/0x2',
    )
    expect(reports).toMatchObject([
      { kind: 'warning', title: 'WARNING: ODEBUG bug in frob_free' },
      { kind: 'panic', title: 'Kernel panic: panic_on_warn set' },
    ])
  })

  it('finds a first line behind a torn one and in a log of syslog', () => {
    expect(read('usb 1-1: new high-sp[   10.000000][   T12] BUG: kernel NULL pointer dereference, address: 8')).toHaveLength(1)
    expect(read('Nov 22 22:24:35 box kernel: BUG: kernel NULL pointer dereference, address: 8')).toHaveLength(1)
    expect(read('2026-11-22T10:11:12.1234567Z kernel BUG at fs/x.c:1!')).toHaveLength(1)
  })

  it('ends a report that was cut and says what it knows', () => {
    expect(read('BUG: KASAN: slab-out-of-bounds in frob+0x1/0x2\nRead of si')).toMatchObject([
      { title: 'KASAN: slab-out-of-bounds in frob', function: 'frob', endLine: 1 },
    ])
  })

  it('marks inlined calls and blames the function that calls what headers define', () => {
    const log =
      'BUG: KASAN: use-after-free in frob_flags include/linux/frob.h:3 [inline]\nBUG: KASAN: use-after-free in frob_send+0x1/0x2 net/frob/send.c:9\nCall Trace:\n kasan_report+0x1/0x2 mm/kasan/report.c:1\n frob_flags include/linux/frob.h:3 [inline]\n frob_send+0x1/0x2 net/frob/send.c:9\n frob_ioctl+0x1/0x2 ./net/frob/../frob/ioctl.c:77'
    expect(read(log)).toMatchObject([
      { function: 'frob_send', source: 'net/frob/send.c', line: 9, trace: [{ inlined: false }, { inlined: true, line: 3 }, {}, {}] },
    ])
  })

  it('blames the user of common code where the log names files, and the place of the CPU where it does not', () => {
    const crash = (places: boolean): string =>
      [
        'BUG: kernel NULL pointer dereference, address: 8',
        `RIP: 0010:free_percpu+0x1/0x20${places ? ' mm/percpu.c:9' : ''}`,
        'Call Trace:',
        ` frob_drop+0x1/0x20${places ? ' net/frob/frob.c:12' : ''}`,
        ` __x64_sys_frob+0x1/0x20${places ? ' net/frob/frob.c:77' : ''}`,
        '---[ end trace 0 ]---',
      ].join('\n')
    expect(read(crash(true))).toMatchObject([{ function: 'frob_drop', source: 'net/frob/frob.c', line: 12 }])
    expect(read(crash(false))).toMatchObject([{ function: 'free_percpu', source: undefined }])
  })

  it.each([
    ['a socket', 'kernel_accept+0x1/0x20 net/socket.c:9', 'frob_accept+0x1/0x20 net/frob/server.c:5', 'net/frob/server.c'],
    ['the page cache', 'filemap_fault+0x1/0x20 mm/filemap.c:9', 'frob_fault+0x1/0x20 fs/frob/file.c:5', 'fs/frob/file.c'],
    ['a test', 'demo_pop+0x1/0x20 lib/demo.c:9', 'demo_test_pop+0x1/0x20 lib/tests/demo_kunit.c:5', 'lib/demo.c'],
    ['a system call', 'sock_frob+0x1/0x20 net/socket.c:9', '__x64_sys_frob+0x1/0x20 net/other.c:5', 'net/socket.c'],
  ])('knows by files whom to blame for a crash in what %s uses', (_title, place, caller, source) => {
    const log = `BUG: kernel NULL pointer dereference, address: 8\nRIP: 0010:${place}\nCall Trace:\n ${caller}\n---[ end trace 0 ]---`
    expect(read(log)).toMatchObject([{ source, line: source === place.split(' ')[1]?.split(':')[0] ? 9 : 5 }])
  })

  it('cuts a decoded stall below the tick, whatever clock the tick came from', () => {
    const log = [
      'rcu: INFO: rcu_preempt self-detected stall on CPU',
      'Call Trace:',
      ' <IRQ>',
      ' sched_show_task+0x1/0x20 kernel/sched/core.c:1',
      ' rcu_sched_clock_irq+0x1/0x20 kernel/rcu/tree.c:1',
      ' update_process_times+0x1/0x20 kernel/time/timer.c:1',
      ' frob_clock_event drivers/frob/clock.c:1 [inline]',
      ' __sysvec_apic_timer_interrupt+0x1/0x20 arch/frob/clock.c:1',
      ' asm_sysvec_apic_timer_interrupt+0x1/0x20 arch/x86/include/asm/idtentry.h:1',
      ' frob_spin+0x1/0x20 net/frob/spin.c:7',
      ' do_syscall_64+0x1/0x20 arch/x86/entry/common.c:1',
    ].join('\n')
    expect(read(log)).toMatchObject([{ kind: 'rcu-stall', function: 'frob_spin', source: 'net/frob/spin.c', line: 7 }])
  })

  it('blames the work item when all that it called are checks', () => {
    const log = [
      'BUG: unable to handle page fault for address: ffffffff9175c704',
      'Workqueue: rcu_gp process_srcu',
      'RIP: 0010:do_raw_spin_lock+0x1/0x20',
      'Call Trace:',
      ' lock_timer_base+0x1/0x20',
      ' process_srcu+0x1/0x20',
      ' process_one_work+0x1/0x20',
      '---[ end trace 0 ]---',
    ].join('\n')
    expect(read(log)).toMatchObject([{ function: 'process_srcu' }])
  })

  it('reads what scripts/decode_stacktrace.sh wrote', () => {
    const log =
      'BUG: kernel NULL pointer dereference, address: 8\nRIP: 0010:frob_get (fs/frob/a.c:12 (discriminator 2)) frob\nCall Trace:\n? frob_old (fs/frob/a.c:1)\nfrob_ioctl (include/linux/x.h:3 fs/frob/a.c:44)'
    expect(read(log)).toMatchObject([
      { function: 'frob_get', source: 'fs/frob/a.c', line: 12, trace: [{ function: 'frob_get' }, { function: 'frob_ioctl', line: 44 }] },
    ])
  })

  it.each([
    'WARNING: the mand mount option is being deprecated and',
    '[   72.159680] WARNING: /etc/ssh/moduli does not exist, using fixed modulus',
    'INFO: lockdep is turned off.',
    'INFO: NMI handler (perf_event_nmi_handler) took too long to run: 2.277 msecs',
    'Spectre V1 : Mitigation: usercopy/swapgs barriers',
    'ALSA: seq fatal error: cannot create timer (-22)',
    'Kernel command line: oops=panic panic_on_warn=1',
  ])('does not take %j for a report', (line) => {
    expect(read(line)).toEqual([])
  })

  it('takes a warning of a subsystem for a report when a trace follows', () => {
    expect(read('WARNING: frob is upset\nCall Trace:\n frob_a+0x1/0x2\n frob_b+0x1/0x2')).toMatchObject([
      { title: 'WARNING: frob is upset' },
    ])
  })

  it('has a word in the prefilter for every format', () => {
    expect(kinds.filter(([, , log]) => !log.split('\n').some(mayBeginReport))).toEqual([])
    expect(formats.length).toBeGreaterThan(50)
  })

  // A pattern that tries a line again from each of its characters would need hours for these, not the time that a test may take.
  it.each(['ODEBUG: ', 'INFO: task ', 'BUG: Bad page state in process ', 'RIP: 0010:'])(
    'comes to the end of a long line that begins with %j',
    (start) => {
      const units = ['a:1 ', ' (', ' in ', '? ', '+0x1/0x2 ']
      const [report] = read(['BUG: KASAN: x in frob+0x1/0x2', ...units.map((unit) => start + unit.repeat(500_000))])
      expect(report?.title).toBe('KASAN: x in frob')
    },
  )

  const boot = '[    0.000000] Linux version 6.12.1 (a@b) (gcc) #1 SMP\n[    1.000000] Run /sbin/init as init process'

  it('takes a second start for a report unless it was asked for', () => {
    expect(read(`${boot}\n${boot}`)).toMatchObject([{ kind: 'unexpected-reboot', title: 'the kernel started again', startLine: 3 }])
    expect(read(`${boot}\n[    9.000000] reboot: Restarting system\n${boot}`)).toEqual([])
  })

  it('takes a log that is printed twice before the first process for one start', () => {
    expect(read('Linux version 6.12.1 (a@b) (gcc) #1 SMP\nx\nLinux version 6.12.1 (a@b) (gcc) #1 SMP')).toEqual([])
  })

  it('leaves a trace where it was when memory runs out in another task meanwhile', () => {
    const log =
      'kernel BUG at fs/x.c:1!\nCall Trace:\n frob_a+0x1/0x2\n frob_b+0x1/0x2\ncat invoked oom-killer: gfp_mask=0x1, order=0\n frob_c+0x1/0x2\n---[ end trace 0 ]---'
    expect(read(log)).toMatchObject([
      { kind: 'bug', trace: [{}, {}, { function: 'frob_c' }] },
      { kind: 'oom', trace: [] },
    ])
  })
})

describe('what people ask for with sysrq', () => {
  it('is no part of the report before it', () => {
    const reports = read(`
[   19.8][    C1] rcu: INFO: rcu_sched self-detected stall on CPU
[   19.8][    C1] RIP: 0010:frob_spin+0x9/0x10
[   19.9][    C1]  frob_ioctl+0x2f/0x50
[   21.2][    T1] sysrq: Show State
[   21.3][    T1] Call Trace:
[   21.3][    T1]  schedule+0x2f/0x50`)
    expect(reports).toMatchObject([{ kind: 'rcu-stall', function: 'frob_spin', endLine: 3 }])
  })
})

describe('a place that is told with the path of the build', () => {
  it('is the one of the tree that the trace knows', () => {
    const [report] = read(`
UBSAN: array-index-out-of-bounds in ../../../source/0a1b/tree/drivers/frob/main.c:12:3
Call Trace:
 __ubsan_handle_out_of_bounds+0x90/0xc0 (lib/ubsan.c:429)
 frob_index+0x2a7/0x310 (drivers/frob/main.c:10)`)
    expect(report).toMatchObject({ source: 'drivers/frob/main.c', line: 12 })
  })
})

describe('a report that counts', () => {
  const harmless = [
    'BUG: something odd happened 12',
    'unregister_netdevice: waiting for lo to become free. Usage count = 1',
    'cat invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0',
    'cat: page allocation failure: order:9, mode:0x0',
    'cat[12]: segfault at 0 ip 0 sp 0 error 4 in cat[1+1]',
  ]
  const counting = [
    'WARNING: CPU: 0 PID: 1 at fs/x.c:1 foo+0x1/0x2',
    'kernel BUG at fs/x.c:1!',
    'Oops: invalid opcode: 0000 [#1] SMP',
    'Internal error: Oops: 5 [#1] SMP ARM',
    'BUG: KASAN: use-after-free in foo+0x1/0x2',
    'general protection fault, probably for non-canonical address 0x1: 0000 [#1]',
  ]
  it.each(harmless.flatMap((first) => counting.map((second) => [first, second])))('is none of "%s": %s', (first, second) => {
    const trace = ['Call Trace:', ' foo+0x1/0x2', ' bar+0x1/0x2']
    for (const lines of [
      [first, second, ...trace],
      [first, ...trace, second, ...trace],
    ]) {
      const kinds: string[] = []
      const reader = createReportReader(({ kind }) => kinds.push(kind))
      for (const line of lines) reader.read(`[    1.000000] ${line}`)
      reader.end()
      expect(kinds.some((kind) => failingKinds.some((failing) => failing === kind))).toBe(true)
    }
  })
})

describe('the first line of a warning since 6.19', () => {
  const rest = [
    'Modules linked in: frob',
    'CPU: 0 UID: 0 PID: 77 Comm: cat Not tainted 6.19.0 #1 PREEMPT(lazy)',
    'Call Trace:',
    ' <TASK>',
    ' frob_read+0x1/0x2 [frob]',
    ' </TASK>',
    '---[ end trace 0000000000000000 ]---',
  ]

  it.each([
    'WARNING: drivers/frob/main.c:9 at frob_check+0x1/0x2 [frob], CPU#0: cat/77',
    'WARNING: [x > 3 && y[0] == 1] drivers/frob/main.c:9 at frob_check+0x1/0x2 [frob], CPU#0: cat/77',
  ])('is %j', (line) => {
    expect(read([line, ...rest])).toMatchObject([
      { kind: 'warning', title: 'WARNING in frob_check', function: 'frob_check', source: 'drivers/frob/main.c', line: 9, process: 'cat' },
    ])
    expect(read(['------------[ cut here ]------------', line, ...rest].map((text, at) => `unit-${at}: ${text}`))).toMatchObject([
      { function: 'frob_check', startLine: 1, endLine: 9 },
    ])
  })

  it('names a function alone in a kernel without places', () => {
    expect(read(['WARNING: at frob_check+0x1/0x2 [frob], CPU#0: cat/77', ...rest])).toMatchObject([
      { kind: 'warning', function: 'frob_check', process: 'cat' },
    ])
  })
})

describe('text about reports', () => {
  it.each([
    "If you see 'BUG: unable to handle kernel paging request', send the log.",
    'Search for `kernel BUG at` or "BUG: KASAN: slab-out-of-bounds in" in the log.',
    'grep -q "BUG: soft lockup" log || echo none',
    "  expect(log, 'Kernel panic - not syncing: Fatal exception')",
    "'Kernel panic - not syncing: Fatal exception',",
  ])('is none: %s', (line) => {
    expect(read([line])).toEqual([])
  })

  it('is one where a logger quotes each line', () => {
    const lines = ['BUG: kernel NULL pointer dereference, address: 8', 'RIP: 0010:frob+0x1/0x2', '---[ end trace 0 ]---']
    expect(read(lines.map((text, at) => `{"__MONOTONIC_TIMESTAMP" : "${1000 + at}", "MESSAGE" : "${text}"}`))).toMatchObject([
      { function: 'frob' },
    ])
    expect(read(lines.map((text) => JSON.stringify({ PRIORITY: '4', MESSAGE: text })))).toMatchObject([{ function: 'frob' }])
  })
})

describe('a journal that follows the serial line', () => {
  it('holds none of the reports again, nor a part of one', () => {
    const lines = [
      'BUG: kernel NULL pointer dereference, address: 0000000000000078',
      'Oops: 0000 [#1] SMP',
      'CPU: 2 PID: 3166 Comm: cat Not tainted 6.1.0 #1',
      'RIP: 0010:frob_reset+0x1d7/0xa90',
      'Call Trace:',
      ' frob_read+0x1/0x2',
      '---[ end trace 0 ]---',
    ]
    const serial = lines.map((text, at) => `[  100.${100_000 + at}] ${text}`)
    const journal = lines.map((text) => `Aug 13 12:28:38 box kernel: ${text}`)
    expect(read([...serial, ...journal])).toHaveLength(1)
    expect(read([...journal, ...serial])).toHaveLength(1)
  })
})

describe('a log that holds each line twice', () => {
  const lines = [
    'BUG: kernel NULL pointer dereference, address: 0000000000000078',
    'Oops: 0000 [#1] SMP',
    'CPU: 2 PID: 3166 Comm: cat Not tainted 6.1.0 #1',
    'RIP: 0010:frob_reset+0x1d7/0xa90',
    'Call Trace:',
    ' frob_read+0x1/0x2',
    ' frob_read+0x1/0x2',
    ' vfs_read+0x1/0x2',
    '---[ end trace 0 ]---',
  ]
  const expected = { function: 'frob_reset', process: 'cat', trace: [{}, { function: 'frob_read' }, { function: 'frob_read' }, {}] }

  it('holds each report once, with two consoles that write to one place', () => {
    const stamped = lines.map((text, at) => `[  100.${100_000 + at}] ${text}`)
    expect(read(stamped.flatMap((line) => [line, line]))).toMatchObject([expected])
    // A recursion is no second copy.
    expect(read(stamped.map((line) => line.replace(/\d{6}\]/, '100000]')))).toMatchObject([expected])
  })

  it('holds each report once, with a stamp and without', () => {
    const both = lines.flatMap((text, at) => [text, `[  100.${100_000 + at}] ${text}`])
    expect(read(both)).toMatchObject([expected])
    expect(read([...lines.map((text, at) => `[  100.${100_000 + at}] ${text}`), 'REPORT:', ...lines])).toMatchObject([expected])
  })
})

describe('a fault in user space on arm64', () => {
  it.each([
    'init[247]: unhandled level 0 translation fault (11) at 0xff23fc6bd8, esr 0x92000004',
    'init[247]: unhandled exception: DABT (lower EL), ESR 0x0000000092000004, level 0 translation fault in libc.so.6[7f8b,ffff+1000]',
    'init[247]: unhandled synchronous external abort (7) at 0x0, esr 0x96000010',
  ])('is no crash of the kernel: %s', (line) => {
    const rest = [
      'CPU: 2 PID: 247 Comm: init Not tainted 4.4.77 #1',
      'PC is at 0x7f9256c8d4',
      'pc : [<0000007f9256c8d4>] lr : [<0000007f9256564c>]',
    ]
    expect(read([line, ...rest])).toMatchObject([{ kind: 'userspace-crash', process: 'init' }])
  })
})
