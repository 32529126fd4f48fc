import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { debugKernel, debugKernelLimitMs } from './lib/debug-kernel.ts'
import { kernelSource, lineOf } from './lib/kernel-source.ts'
import { kernelkit } from './lib/kernelkit.ts'

interface Report {
  readonly kind: string
  readonly function: string | null
  readonly source: string | null
  readonly line: number | null
  readonly startLine: number
  readonly trace: readonly unknown[]
}

interface Outcome {
  readonly verdict: string
  /** As the run told them while the guest ran. */
  readonly reports: readonly Report[]
  readonly console: string
}

let kernel = ''
let vmlinux = ''
let source = ''

beforeAll(async () => {
  source = await kernelSource()
  ;({ kernel, vmlinux } = await debugKernel())
}, debugKernelLimitMs)

/** Programs of the host over 9p; an emulated guest pays for each processor and for memory that KASAN watches. */
async function run(script: string, ...options: readonly string[]): Promise<Outcome> {
  const small = ['-m', '1G', ...(options.includes('-c') ? [] : ['-c', '1'])]
  const words = ['run', '-k', kernel, '--root', 'host', '--no-cwd', '--json', ...small, ...options, '--', 'sh', '-c', script]
  return JSON.parse((await kernelkit(words)).stdout) as Outcome
}

/** Crashes of LKDTM, each in a process of its own, which may die of it. */
function provoke(...crashes: readonly string[]): string {
  const each = crashes.map((crash) => `sh -c 'echo ${crash} > /sys/kernel/debug/provoke-crash/DIRECT'`)
  return ['mount -t debugfs none /sys/kernel/debug', ...each, 'true'].join('\n')
}

/** The same console once more, with the lines that vmlinux knows. */
async function decode({ console: log }: Outcome): Promise<readonly Report[]> {
  const { stdout } = await kernelkit(['report', '--json', '--vmlinux', vmlinux, log])
  return (JSON.parse(stdout) as Outcome).reports
}

/** The first report behind the line that announces a crash, and before the next such line. */
async function firstReports({ console: log }: Outcome, reports: readonly Report[]): Promise<ReadonlyMap<string, Report>> {
  const lines = (await readFile(log, 'utf8')).split('\n')
  const found = new Map<string, Report>()
  let crash = ''
  for (const [index, line] of lines.entries()) {
    crash = /lkdtm: Performing direct entry (\w+)/.exec(line)?.[1] ?? crash
    const report = reports.find(({ startLine }) => startLine === index + 1)
    if (report !== undefined && !found.has(crash)) found.set(crash, report)
  }
  return found
}

const bugs = 'drivers/misc/lkdtm/bugs.c'
const heap = 'drivers/misc/lkdtm/heap.c'
const perms = 'drivers/misc/lkdtm/perms.c'
const refcount = 'drivers/misc/lkdtm/refcount.c'

interface Crash {
  readonly name: string
  readonly kind: string
  readonly file: string
  /** A text in the guilty line, the first one behind `after` or the beginning of the function. */
  readonly guilty: string
  readonly after?: string
  /** Default: the function of LKDTM for this crash. */
  readonly function?: string
}

/** Crashes that kill no more than the process that asks for them. */
const crashes: readonly Crash[] = [
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

describe('crashes that the guest survives', () => {
  it('are told apart in one run, with kind, function and line of each', async () => {
    const outcome = await run(provoke(...crashes.map(({ name }) => name)), '--on-oops', 'continue', '--append', 'kasan_multi_shot')
    expect(outcome.verdict).toBe('splat')
    const live = await firstReports(outcome, outcome.reports)
    const decoded = await firstReports(outcome, await decode(outcome))
    for (const { name, kind, file, guilty, after, function: blamed = `lkdtm_${name}` } of crashes) {
      expect.soft(live.get(name), name).toMatchObject({ kind, function: blamed })
      const line = await lineOf(join(source, file), guilty, after ?? `${blamed}(`)
      expect.soft(decoded.get(name), name).toMatchObject({ kind, function: blamed, source: file, line })
    }
  })
})

/** The last crash of a guest: verdict, and its first report of that kind. */
async function lastCrash(script: string, kind: string, ...options: readonly string[]) {
  const outcome = await run(script, ...options)
  const decoded = await decode(outcome)
  return {
    verdict: outcome.verdict,
    live: outcome.reports.find((report) => report.kind === kind),
    decoded: decoded.find((report) => report.kind === kind),
  }
}

describe('crashes that end the guest', () => {
  it('are panics: sysrq, an oops, a stack without end', async () => {
    const sysrq = await lastCrash('echo c > /proc/sysrq-trigger', 'panic')
    expect(sysrq).toMatchObject({
      verdict: 'panic',
      live: { function: 'sysrq_handle_crash' },
      decoded: { source: 'drivers/tty/sysrq.c', line: await lineOf(join(source, 'drivers/tty/sysrq.c'), 'panic(') },
    })
    const oops = await lastCrash(provoke('EXCEPTION'), 'gpf')
    expect(oops).toMatchObject({ verdict: 'panic', live: { function: 'lkdtm_EXCEPTION' }, decoded: { source: bugs } })
    const stack = await lastCrash(provoke('EXHAUST_STACK'), 'stack-overflow')
    expect(stack.verdict).toBe('panic')
    const line = await lineOf(join(source, bugs), 'ret = recursive_loop(')
    expect(stack.decoded?.trace).toContainEqual(expect.objectContaining({ function: 'recursive_loop', source: bugs, line }))
  })
})

const soon = ['echo 1 > /proc/sys/kernel/watchdog_thresh', 'echo 1 > /proc/sys/kernel/hung_task_timeout_secs']
const looksForStalls = [
  'echo 0 > /proc/sys/kernel/watchdog',
  'echo 0 > /proc/sys/kernel/hung_task_timeout_secs',
  'echo 3 > /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout',
  // Grace periods begin when somebody wants to free memory.
  '(while :; do true & wait; done) &',
]

describe('guests that stop making progress', () => {
  it.each([
    { crash: 'SOFTLOCKUP', kind: 'soft-lockup', cpus: '1', set: soon },
    { crash: 'HARDLOCKUP', kind: 'hard-lockup', cpus: '2', set: soon },
    { crash: 'HUNG_TASK', kind: 'hung-task', cpus: '1', set: soon },
    // The thread that starts a grace period needs a processor.
    { crash: 'SOFTLOCKUP', kind: 'rcu-stall', cpus: '2', set: looksForStalls },
  ])('are hangs: $kind', async ({ crash, kind, cpus, set }) => {
    const script = [...set, provoke(crash)].join('\n')
    const { verdict, live, decoded } = await lastCrash(script, kind, '-c', cpus, '--timeout', '60s')
    const blamed = `lkdtm_${crash}`
    expect({ verdict, function: live?.function }).toEqual({ verdict: 'hang', function: blamed })
    const guilty = crash === 'HUNG_TASK' ? 'schedule();' : 'cpu_relax();'
    const near = await lineOf(join(source, bugs), guilty, `${blamed}(`)
    expect(decoded?.source).toBe(bugs)
    // A loop stands on any of its lines.
    expect(Math.abs((decoded?.line ?? 0) - near)).toBeLessThanOrEqual(1)
  })
})

describe('lockdep', () => {
  it('tells deadlocks of its own tests apart, by the function that takes the lock', async () => {
    // 0x20: the tests of rt_mutex alone print what they find (lib/locking-selftest.c).
    const { reports } = await run('true', '--append', 'debug_locks_verbose=0x20')
    const kinds = new Set(reports.map(({ kind }) => kind))
    expect([...kinds]).toEqual(['lockdep'])
    expect(reports.map((report) => report.function)).toEqual(
      expect.arrayContaining(['ABBA_rtmutex', 'ABBCCA_rtmutex', 'init_held_rtmutex']),
    )
  })

  it('and the scheduler complain of a spinlock that is held on the way out', async () => {
    const { verdict, reports } = await run([...soon, provoke('SPINLOCKUP', 'SPINLOCKUP')].join('\n'))
    expect(verdict).toBe('hang')
    expect(reports.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['atomic-sleep', 'lockdep', 'soft-lockup']))
  })
})

describe('KUnit in a kernel that looks for defects', () => {
  it('passes although its tests fault and dump stacks on purpose', async () => {
    const { stdout } = await kernelkit(['run', '-k', kernel, '-c', '1', '-m', '1G', '--json', '--kunit'])
    const { verdict, reports } = JSON.parse(stdout) as Outcome
    expect(verdict).toBe('pass')
    expect(reports).toContainEqual(
      expect.objectContaining({
        kind: 'gpf',
        function: 'kunit_test_null_dereference',
        test: 'kunit_fault.kunit_test_fault_null_dereference',
      }),
    )
  })
})
