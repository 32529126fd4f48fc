import type { ReportKind } from './kinds.ts'

const place = String.raw`(?<function>[A-Za-z_][\w.]*)\+0x[0-9a-f]+\/0x[0-9a-f]+`

/**
 * First lines of reports, in the order in which they are tried (kernel 5.10 to 6.19). `title` is what people search for;
 * `function`, `source` and `line` where the line names them.
 */
export const reportPatterns: readonly (readonly [ReportKind, RegExp])[] = [
  ['panic', /^(?<title>Kernel panic - not syncing: .*)/],
  ['kasan', new RegExp(`^(?<title>BUG: KASAN: .*?(?: in ${place}|$).*)`)],
  ['kmsan', new RegExp(`^(?<title>BUG: KMSAN: .*?(?: in ${place}|$).*)`)],
  ['kcsan', /^(?<title>BUG: KCSAN: .*)/],
  ['kfence', new RegExp(`^(?<title>BUG: KFENCE: .*?(?: in ${place}|$).*)`)],
  ['ubsan', /^(?<title>UBSAN: .* in (?<source>\S+?):(?<line>\d+)(?::\d+)?)/],
  [
    'lockdep',
    /^(?<title>WARNING: (?:possible (?:circular|recursive|irq lock inversion)|inconsistent lock state|suspicious RCU usage|bad unlock balance|lock held when returning|.*-safe -> .*-unsafe lock order|Nested lock was not taken|held lock freed|still has locks held|bad contention).*)/,
  ],
  ['lockdep', /^(?<title>\[ BUG: Invalid wait context \].*)/],
  ['refcount', /^(?<title>refcount_t: .*)/],
  ['list-corruption', /^(?<title>(?:list_(?:add|del)(?:_rcu)? corruption|slab: .*corrupt).*)/],
  // Up to 6.18: "WARNING: CPU: 0 PID: 1 at F:L func+…"; from 6.19: "WARNING: F:L at func+…, CPU#0: comm/1".
  ['warning', new RegExp(String.raw`^(?<title>WARNING: CPU: \d+ PID: \d+ at (?<source>\S+?):(?<line>\d+) ${place}.*)`)],
  ['warning', new RegExp(String.raw`^(?<title>WARNING: (?<source>\S+?):(?<line>\d+) at ${place}.*)`)],
  ['bug', /^(?<title>kernel BUG at (?<source>\S+?):(?<line>\d+)!)/],
  ['null-deref', /^(?<title>BUG: kernel NULL pointer dereference.*)/],
  ['stack-overflow', /^(?<title>BUG: (?:TASK stack guard page was hit|.*stack guard page was hit|kernel stack overflow).*)/],
  ['oops', /^(?<title>BUG: unable to handle .*)/],
  ['gpf', /^(?<title>(?:Oops: )?general protection fault.*)/],
  ['divide-error', /^(?<title>(?:Oops: )?divide error: .*)/],
  ['invalid-opcode', /^(?<title>(?:Oops: )?invalid opcode: .*)/],
  ['oops', /^(?<title>Oops: .*)/],
  ['soft-lockup', /^(?<title>watchdog: BUG: soft lockup .*)/],
  ['hard-lockup', /^(?<title>(?:watchdog: |NMI watchdog: )?(?:Watchdog detected hard LOCKUP|CPU\d+: Watchdog detected hard LOCKUP).*)/],
  ['rcu-stall', /^(?<title>rcu: INFO: rcu_\w+ (?:self-)?detected (?:expedited )?stall.*)/],
  ['hung-task', /^(?<title>INFO: task .* blocked for more than \d+ seconds\.)/],
  ['workqueue-stall', /^(?<title>BUG: workqueue (?:lockup|leaked).*)/],
  ['atomic-sleep', /^(?<title>BUG: sleeping function called from invalid context at (?<source>\S+?):(?<line>\d+).*)/],
  ['atomic-sleep', /^(?<title>BUG: scheduling while atomic: .*)/],
  ['leak', /^(?<title>kmemleak: \d+ new suspected memory leaks.*)/],
  ['oom', /^(?<title>.* invoked oom-killer: .*)/],
  ['page-allocation-failure', /^(?<title>.*: page allocation failure: .*)/],
  ['userspace-crash', /^(?<title>\S+\[\d+\]: segfault at .*)/],
  ['userspace-crash', /^(?<title>traps: .*)/],
  ['other', /^(?<title>BUG: .*)/],
]
