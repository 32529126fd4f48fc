/** A report as `kernelkit run --json` prints it, or as the parser of core gives it. */
export interface Report {
  readonly kind: string
  readonly function?: string | null | undefined
  readonly source?: string | null | undefined
  readonly line?: number | null | undefined
  readonly startLine: number
  readonly trace: readonly { readonly function: string }[]
  /** The KUnit test that made it. */
  readonly test?: string | null | undefined
}

interface KunitResults {
  readonly status: string
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number }
}

/** How a guest ended, and what its console says. */
export interface Outcome {
  readonly verdict: string
  readonly reports: readonly Report[]
  readonly consoleLines: readonly string[]
  /** Of the kernel's own tests; null when none were run. */
  readonly results: KunitResults | null
}

/** What a guest with the debug kernel does to itself, and what must be reported of it. */
export interface Scene {
  readonly title: string
  /** Directory below packages/core/src/report/golden with the console of such a guest. */
  readonly golden: string
  /** Absent: the kernel's own tests (--kunit). */
  readonly script?: string
  readonly options?: readonly string[]
  /** What the test compares. */
  readonly observe: (outcome: Outcome) => unknown
  readonly expected: unknown
}

/** One crash of LKDTM, in a process of its own, which may die of it, and which does the rest before without starting a program. */
function provokeOne(crash: string, ...before: readonly string[]): string {
  return `sh -c '${[...before, `echo ${crash} > /sys/kernel/debug/provoke-crash/DIRECT`].join('; ')}'`
}

function provoke(...crashes: readonly string[]): string {
  return script(crashes.map((crash) => provokeOne(crash)))
}

function script(commands: readonly string[]): string {
  return ['mount -t debugfs none /sys/kernel/debug', ...commands, 'true'].join('\n')
}

/** The first report after the line that announces a crash, and before the next such line. */
export function firstReports({ consoleLines, reports }: Pick<Outcome, 'consoleLines' | 'reports'>): ReadonlyMap<string, Report> {
  const found = new Map<string, Report>()
  let crash = ''
  for (const [index, line] of consoleLines.entries()) {
    crash = /lkdtm: Performing direct entry (\w+)/.exec(line)?.[1] ?? crash
    const report = reports.find(({ startLine }) => startLine === index + 1)
    if (report !== undefined && !found.has(crash)) found.set(crash, report)
  }
  return found
}

export const bugs = 'drivers/misc/lkdtm/bugs.c'
const heap = 'drivers/misc/lkdtm/heap.c'
const perms = 'drivers/misc/lkdtm/perms.c'
const refcount = 'drivers/misc/lkdtm/refcount.c'

export interface Crash {
  readonly name: string
  readonly kind: string
  readonly file: string
  /** A text in the guilty line, the first one after `after` or the beginning of the function. */
  readonly guilty: string
  readonly after?: string
  /** Default: the function of LKDTM for this crash. */
  readonly function?: string
}

/** Crashes that kill no more than the process that asks for them. */
export const survivedCrashes: readonly Crash[] = [
  { name: 'WARNING', kind: 'warning', file: bugs, guilty: 'WARN_ON(++warn_counter)' },
  { name: 'WARNING_MESSAGE', kind: 'warning', file: bugs, guilty: 'WARN(1' },
  { name: 'ARRAY_BOUNDS', kind: 'ubsan', file: bugs, guilty: "checked->data[i] = 'B'" },
  { name: 'CORRUPT_LIST_ADD', kind: 'list-corruption', file: bugs, guilty: 'list_add(&bad.node' },
  { name: 'CORRUPT_LIST_DEL', kind: 'list-corruption', file: bugs, after: 'item.node.next = redirection', guilty: 'list_del(&item.node)' },
  { name: 'SLAB_LINEAR_OVERFLOW', kind: 'kasan', file: heap, guilty: 'data[1024 / sizeof(u32)] =' },
  { name: 'WRITE_AFTER_FREE', kind: 'kasan', file: heap, guilty: 'base[offset] = ' },
  { name: 'READ_AFTER_FREE', kind: 'kasan', file: heap, guilty: 'saw = base[offset]' },
  { name: 'READ_BUDDY_AFTER_FREE', kind: 'kasan', file: heap, guilty: 'saw = base[0]' },
  // The second kmem_cache_free() is the last call, a jump: the kernel itself blames the caller.
  { name: 'SLAB_FREE_DOUBLE', kind: 'kasan', file: 'drivers/misc/lkdtm/core.c', guilty: 'crashtype->func()', function: 'lkdtm_do_action' },
  { name: 'REFCOUNT_ADD_OVERFLOW', kind: 'refcount', file: refcount, after: 'bad refcount_add() overflow', guilty: 'refcount_add(4' },
  { name: 'REFCOUNT_DEC_ZERO', kind: 'refcount', file: refcount, after: 'bad refcount_dec() to zero', guilty: 'refcount_dec(&zero)' },
  { name: 'REFCOUNT_SUB_AND_TEST_NEGATIVE', kind: 'refcount', file: refcount, guilty: 'refcount_sub_and_test(5' },
  { name: 'BUG', kind: 'bug', file: bugs, guilty: 'BUG()' },
  // KASAN looks at the shadow of the address first, and that is what faults.
  { name: 'EXCEPTION', kind: 'gpf', file: bugs, guilty: '= 0' },
  { name: 'ACCESS_NULL', kind: 'gpf', file: perms, guilty: 'tmp = *ptr' },
]

export const survived: Scene = {
  title: 'crashes that the guest survives are distinguished in one run, with kind and function of each',
  golden: 'lkdtm-survived',
  script: provoke(...survivedCrashes.map(({ name }) => name)),
  options: ['--on-oops', 'continue', '--append', 'kasan_multi_shot'],
  observe(outcome) {
    const found = firstReports(outcome)
    const crashes = survivedCrashes.map(({ name }) => [name, found.get(name)?.kind, found.get(name)?.function])
    return { verdict: outcome.verdict, crashes }
  },
  expected: {
    verdict: 'splat',
    crashes: survivedCrashes.map(({ name, kind, function: blamed = `lkdtm_${name}` }) => [name, kind, blamed]),
  },
}

const reportOf = ({ reports }: Outcome, kind: string): Report | undefined => reports.find((report) => report.kind === kind)

export const panics = {
  sysrq: {
    title: 'a panic by sysrq is the verdict panic',
    golden: 'sysrq-panic',
    script: 'echo c > /proc/sysrq-trigger',
    observe: (outcome) => ({ verdict: outcome.verdict, function: reportOf(outcome, 'panic')?.function }),
    expected: { verdict: 'panic', function: 'sysrq_handle_crash' },
  },
  oops: {
    title: 'an oops is the verdict panic',
    golden: 'oops-panic',
    script: provoke('EXCEPTION'),
    observe: (outcome) => ({ verdict: outcome.verdict, function: reportOf(outcome, 'gpf')?.function }),
    expected: { verdict: 'panic', function: 'lkdtm_EXCEPTION' },
  },
  stack: {
    title: 'a stack without end is the verdict panic, with its recursion',
    golden: 'exhausted-stack',
    script: provoke('EXHAUST_STACK'),
    observe: (outcome) => ({
      verdict: outcome.verdict,
      recurs: reportOf(outcome, 'stack-overflow')?.trace.some((frame) => frame.function === 'recursive_loop'),
    }),
    expected: { verdict: 'panic', recurs: true },
  },
} satisfies Readonly<Record<string, Scene>>

// On a busy host a program that starts (its pages come over 9p) or a long report is itself late for limits as short as these:
// they are set by the process that then crashes, between two system calls.
const softlockupSoon = 'echo 1 > /proc/sys/kernel/watchdog_thresh'
const hungTaskSoon = 'echo 1 > /proc/sys/kernel/hung_task_timeout_secs'
const rcuStallSoon = 'echo 3 > /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout'
const looksForStalls = [
  'echo 0 > /proc/sys/kernel/watchdog',
  'echo 0 > /proc/sys/kernel/hung_task_timeout_secs',
  // Grace periods begin when memory is to be freed.
  '(while :; do true & wait; done) &',
]

export interface StallScene extends Scene {
  readonly kind: string
  readonly blamed: string
  /** A text in the line where the guest spins or sleeps. */
  readonly guilty: string
}

interface Stall {
  readonly crash: string
  readonly kind: string
  readonly cpus: string
  readonly soon: string
  readonly first?: readonly string[]
}

const stall = ({ crash, kind, cpus, soon, first = [] }: Stall): StallScene => ({
  title: `a guest that makes no progress is the verdict hang: ${kind}`,
  kind,
  golden: kind,
  blamed: `lkdtm_${crash}`,
  guilty: crash === 'HUNG_TASK' ? 'schedule();' : 'cpu_relax();',
  script: script([...first, provokeOne(crash, soon)]),
  options: ['-c', cpus],
  observe: (outcome) => ({ verdict: outcome.verdict, function: reportOf(outcome, kind)?.function }),
  expected: { verdict: 'hang', function: `lkdtm_${crash}` },
})

export const stalls: readonly StallScene[] = [
  stall({ crash: 'SOFTLOCKUP', kind: 'soft-lockup', cpus: '1', soon: softlockupSoon }),
  stall({ crash: 'HARDLOCKUP', kind: 'hard-lockup', cpus: '2', soon: softlockupSoon }),
  stall({ crash: 'HUNG_TASK', kind: 'hung-task', cpus: '1', soon: hungTaskSoon }),
  // The thread that starts a grace period needs a CPU.
  stall({ crash: 'SOFTLOCKUP', kind: 'rcu-stall', cpus: '2', soon: rcuStallSoon, first: looksForStalls }),
]

const deadlocks = ['ABBA_rtmutex', 'ABBCCA_rtmutex', 'init_held_rtmutex']
// Before both: to set it takes all CPUs.
const twoSeconds = ['echo 2 > /proc/sys/kernel/watchdog_thresh']
const heldKinds = ['atomic-sleep', 'lockdep', 'soft-lockup']

export const lockdep = {
  own: {
    title: "lockdep's own tests are distinguished by the function that takes the lock",
    golden: 'lockdep-selftests',
    script: 'true',
    // 0x20: the tests of rt_mutex alone print what they find (lib/locking-selftest.c).
    options: ['--append', 'debug_locks_verbose=0x20'],
    observe: ({ reports }) => ({
      kinds: [...new Set(reports.map(({ kind }) => kind))],
      functions: deadlocks.filter((name) => reports.some((report) => report.function === name)),
    }),
    expected: { kinds: ['lockdep'], functions: deadlocks },
  },
  held: {
    title: 'a spinlock that is held on the way out is reported by lockdep and the scheduler',
    golden: 'spinlock-held',
    // One leaves with the lock, the other waits for it, on a CPU of its own: the one that leaves does so with preemption off. A page fault
    // then kills it, and its end may never come: zap_pmd_range() (mm/memory.c) tries again until it is rescheduled, which cond_resched() does
    // not do, and says so each second, which the soft lockup watchdog of that CPU takes for progress.
    script: script([...twoSeconds, `${provokeOne('SPINLOCKUP')} &`, provokeOne('SPINLOCKUP'), 'wait']),
    options: ['-c', '2'],
    observe: ({ verdict, reports }) => ({ verdict, kinds: heldKinds.filter((name) => reports.some(({ kind }) => kind === name)) }),
    expected: { verdict: 'hang', kinds: heldKinds },
  },
} satisfies Readonly<Record<string, Scene>>

export const kunit: Scene = {
  title: 'KUnit passes although its tests fault and dump stacks on purpose',
  golden: 'kunit',
  options: ['--kunit'],
  observe({ verdict, reports, results }) {
    const fault = reports.find((report) => report.function === 'kunit_test_null_dereference')
    const { passed = 0, skipped = 0, failed } = results?.counts ?? {}
    return {
      verdict,
      kind: fault?.kind,
      test: fault?.test,
      status: results?.status,
      failed,
      manyPassed: passed > 50,
      someSkipped: skipped > 0,
    }
  },
  expected: {
    verdict: 'pass',
    kind: 'gpf',
    test: 'kunit_fault.kunit_test_fault_null_dereference',
    status: 'pass',
    failed: 0,
    manyPassed: true,
    someSkipped: true,
  },
}

/** A function of a test: the test itself, what it calls, or what it leaves for later (`rcu_uaf_reclaim`). */
function belongsTo({ function: blamed, trace }: Report, test: string): boolean {
  if (blamed === undefined || blamed === null) return false
  const caller = trace[trace.findIndex((frame) => frame.function === blamed) + 1]?.function
  // The last call of a test is a jump.
  return blamed === test || blamed.startsWith(`${test}_`) || caller === test || /^kunit_(?:try_)?run_case/.test(caller ?? '')
}

// kasan_test_c.c of 6.12 has 72 tests; 22 need another mode or compiler, and 4 expect no report.
const kasanTests = 46

/** KASAN's own tests: each does what KASAN must find. */
export const kasanKunit: Scene = {
  title: "each of KASAN's own tests is blamed for what it does",
  golden: 'kasan-kunit',
  options: ['--kunit=kasan*'],
  observe({ verdict, reports, results }) {
    const first = new Map(reports.toReversed().map((report) => [report.test ?? '', report]))
    const wrong = [...first].filter(([test, report]) => report.kind !== 'kasan' || !belongsTo(report, test.replace(/^kasan\./, '')))
    return {
      verdict,
      failed: results?.counts.failed,
      // A newer compiler has more of them.
      found: Math.min(first.size, kasanTests),
      wrong: wrong.map(([test, { function: blamed }]) => `${test}: ${blamed ?? 'no function'}`),
    }
  },
  expected: { verdict: 'pass', failed: 0, found: kasanTests, wrong: [] },
}

/** Of a busy host, where lockdep is first to see the lock, and the scheduler later. */
const heldByBusyHost: Scene = { ...lockdep.held, title: `${lockdep.held.title}, lockdep first`, golden: 'lock-held-in-user-space' }

export const allScenes: readonly Scene[] = [
  survived,
  ...Object.values(panics),
  ...stalls,
  ...Object.values(lockdep),
  heldByBusyHost,
  kunit,
  kasanKunit,
]
