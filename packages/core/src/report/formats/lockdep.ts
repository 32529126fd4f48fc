import { symbol, type Format } from '../format.ts'

const reporting = ['print_*', 'check_*', 'debug_check_*', 'debug_locks_*']

/** kernel/locking: each prints its banner as `WARNING: x`, `[ BUG: x ]` or (before 4.12) `[ INFO: x ]`. */
function banner(text: string): RegExp {
  return new RegExp(String.raw`(?:WARNING: |\[ (?:BUG|INFO): |^BUG: )${text}`)
}

const dependency: readonly Format[] = [
  { what: 'possible (?:circular locking dependency|recursive locking) detected', title: 'possible deadlock in {function}' },
  { what: 'possible irq lock inversion dependency detected', title: 'possible irq lock inversion in {function}' },
  { what: String.raw`\w+-safe -> \w+-unsafe lock order detected`, title: 'possible interrupt-unsafe lock order in {function}' },
  { what: 'inconsistent lock state', title: 'inconsistent lock state in {function}' },
  { what: 'Invalid wait context', title: 'invalid wait context in {function}' },
  { what: 'Nested lock was not taken', title: 'nested lock was not taken in {function}' },
  { what: 'bad unlock balance detected', title: 'bad unlock balance in {function}' },
  { what: 'bad contention detected', title: 'bad lock contention in {function}' },
  { what: 'held lock freed', title: 'held lock freed in {function}' },
  { what: '(?:[^ ]+ )?still has locks held', title: 'still has locks held in {function}' },
  { what: 'lock held (?:when returning to user ?space|at task exit)', title: 'lock held when returning to user space in {function}' },
].map(({ what, title }) => ({ kind: 'lockdep', first: banner(what), title, blame: 'lock', endsAfterTrace: true, skip: reporting }))

export const lockdepFormats: readonly Format[] = [
  ...dependency,
  {
    kind: 'lockdep',
    first: banner(String.raw`suspicious RCU usage`),
    title: 'suspicious RCU usage in {function}',
    blame: 'trace',
    endsAfterTrace: true,
    skip: [...reporting, '*_rcu_read_lock_held', 'rcu_read_lock*'],
  },
  { kind: 'lockdep', first: banner('chain_key collision'), title: 'lockdep: chain_key collision', blame: 'none', endsAfterTrace: true },
  {
    kind: 'lockdep',
    first: /^INFO: trying to register non-static key/,
    title: 'trying to register non-static key in {function}',
    blame: 'trace',
    endsAfterTrace: true,
    skip: reporting,
  },
  {
    kind: 'lockdep',
    first: /^BUG: (?<what>MAX_[A-Z_]+ too low|looking up invalid subclass|key .* (?:not in \.data|has not been registered))/,
    title: 'lockdep: {what}',
    blame: 'trace',
  },
  // kernel/locking/lockdep.c warns about its own data: WARNING … at kernel/locking/lockdep.c:4321 foo.
  {
    kind: 'lockdep',
    first: new RegExp(
      String.raw`WARNING: (?:CPU: \d+ PID: \d+ at )?(?<source>kernel/locking/(?:lockdep|mutex|rwsem)\.c):(?<line>\d+) (?:at )?${symbol.replace('?<source>', '').replace('?<line>', '')}`,
    ),
    title: 'WARNING: locking bug in {function}',
    skip: [...reporting, 'hlock_class'],
    continues: ['other'],
  },
  // kernel/locking/spinlock_debug.c, rtmutex_common.h, kernel/sched.
  {
    kind: 'bug',
    first:
      /^BUG: (?<what>(?:spinlock|rwlock|mutex|rwsem) (?:bad magic|recursion|wrong owner|wrong CPU|already unlocked|trylock failure|lockup|lockup suspected|cpu recursion|read-lock .*))/,
    title: 'BUG: {what} in {function}',
    blame: 'trace',
    endsAfterTrace: true,
    skip: ['spin_dump', 'spin_bug', 'rwlock_bug', '__spin_lock_debug'],
  },
  {
    kind: 'bug',
    first: /^BUG: using (?<what>\w+\(\)) in preemptible (?:\[\w+\] )?code/,
    title: 'BUG: using {what} in preemptible code in {function}',
    blame: 'trace',
    endsAfterTrace: true,
    skip: ['check_preemption_disabled', 'debug_smp_processor_id', '__this_cpu_preempt_check'],
  },
  {
    kind: 'bug',
    first: /^BUG: assuming (?<what>\w+) context at (?<source>[^\s:]+):(?<line>\d+)/,
    title: 'BUG: assuming {what} context in {function}',
    blame: 'trace',
    skip: ['__cant_*'],
  },
  {
    kind: 'atomic-sleep',
    first: /BUG: sleeping function called from invalid context at (?<source>[^\s:]+):(?<line>\d+)/,
    title: 'BUG: sleeping function called from invalid context in {function}',
    blame: 'trace',
    endsAfterTrace: true,
    skip: ['__might_sleep', '___might_sleep', '__might_resched', 'might_*', '__might_fault', 'slab_pre_alloc_hook*'],
  },
  {
    kind: 'atomic-sleep',
    first: /BUG: scheduling while atomic: (?<process>.{0,100}?)\/\d+\/0x/,
    title: 'BUG: scheduling while atomic in {function}',
    blame: 'trace',
  },
  {
    kind: 'bug',
    first: /^BUG: workqueue leaked (?:lock or atomic|atomic, lock or RCU): (?<process>\S+?)(?:\/|\[)/,
    title: 'BUG: workqueue leaked lock or atomic in {function}',
    blame: 'trace',
  },
]
