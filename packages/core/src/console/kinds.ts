/** What a kernel report is. */
export const reportKinds = [
  'kasan',
  'kmsan',
  'kcsan',
  'kfence',
  'ubsan',
  'lockdep',
  'warning',
  'bug',
  'oops',
  'null-deref',
  'gpf',
  'rcu-stall',
  'soft-lockup',
  'hard-lockup',
  'hung-task',
  'workqueue-stall',
  'panic',
  'leak',
  'refcount',
  'atomic-sleep',
  'oom',
  'page-allocation-failure',
  'divide-error',
  'invalid-opcode',
  'stack-overflow',
  'list-corruption',
  'filesystem',
  'unexpected-reboot',
  'userspace-crash',
  'other',
] as const

export type ReportKind = (typeof reportKinds)[number]

/** Kinds that do not fail a run unless --fail-on names them: tests cause them on purpose, or user space did it. */
const toleratedKinds: readonly ReportKind[] = ['oom', 'page-allocation-failure', 'userspace-crash', 'other']

/** Default of --fail-on. */
export const failingKinds: readonly ReportKind[] = reportKinds.filter((kind) => !toleratedKinds.includes(kind))

/** Kinds that say that the machine stopped making progress. */
export const lockupKinds: readonly ReportKind[] = ['soft-lockup', 'hard-lockup', 'rcu-stall', 'hung-task', 'workqueue-stall']

/** Marks of a kernel that has complained (Documentation/admin-guide/tainted-kernels.rst), and a kind of report that leaves each. */
const marks: readonly { readonly bit: number; readonly letter: string; readonly what: string; readonly kind: ReportKind }[] = [
  { bit: 5, letter: 'B', what: 'a bad page or a memory error', kind: 'bug' },
  { bit: 7, letter: 'D', what: 'an oops', kind: 'oops' },
  { bit: 9, letter: 'W', what: 'a warning', kind: 'warning' },
  { bit: 14, letter: 'L', what: 'a soft lockup', kind: 'soft-lockup' },
]

/** Which reports a kernel's taint implies, for a console that shows none: they were hidden or lost. */
export function taintedBy(tainted: number, failOn: readonly ReportKind[]): readonly string[] {
  return marks
    .filter(({ bit, kind }) => Math.floor(tainted / 2 ** bit) % 2 === 1 && failOn.includes(kind))
    .map(({ letter, what }) => `${what} (${letter})`)
}
