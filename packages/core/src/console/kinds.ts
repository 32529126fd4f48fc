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
