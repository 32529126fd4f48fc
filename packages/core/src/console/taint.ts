import type { KernelReport } from '../report/index.ts'
import type { ReportKind } from './kinds.ts'

interface Mark {
  readonly bit: number
  readonly letter: string
  readonly what: string
  /** A kind of report that leaves it. */
  readonly kind: ReportKind
  /** Whether this report leaves it. */
  readonly isLeftBy: (report: KernelReport) => boolean
}

/** A part that a line of the report had. */
const has =
  (part: 'warned' | 'died') =>
  ({ evidence }: KernelReport): boolean =>
    evidence?.groups[part] !== undefined

// kernel/sched/core.c: __might_resched(), __schedule_bug(), __cant_sleep(), __cant_migrate() taint without a WARN().
const isOfScheduler = ({ kind, headline }: KernelReport): boolean => kind === 'atomic-sleep' || /\bBUG: assuming /.test(headline)

// mm: bad_page(), print_bad_pte(), slab_bug(), and the sanitizers of memory.
const isOfMemory = ({ kind, title }: KernelReport): boolean =>
  kind === 'kasan' || kind === 'kmsan' || kind === 'kfence' || /^BUG: (?:Bad page|slab)/.test(title)

/** Marks of a kernel that has complained (Documentation/admin-guide/tainted-kernels.rst), and what leaves each: the callers of add_taint(). */
const marks: readonly Mark[] = [
  { bit: 5, letter: 'B', what: 'a bad page or a memory error', kind: 'bug', isLeftBy: isOfMemory },
  { bit: 7, letter: 'D', what: 'an oops', kind: 'oops', isLeftBy: has('died') },
  { bit: 9, letter: 'W', what: 'a warning', kind: 'warning', isLeftBy: (report) => has('warned')(report) || isOfScheduler(report) },
  { bit: 14, letter: 'L', what: 'a soft lockup', kind: 'soft-lockup', isLeftBy: ({ kind }) => kind === 'soft-lockup' },
]

/**
 * Which reports a kernel's taint implies that its console does not show: they were hidden or lost. `printed` are all reports of the console, also those
 * that do not count: a program that crashed explains no warning.
 */
export function taintedBy(
  tainted: number,
  { failOn, printed }: { readonly failOn: readonly ReportKind[]; readonly printed: readonly KernelReport[] },
): readonly string[] {
  return marks
    .filter(({ bit, kind }) => Math.floor(tainted / 2 ** bit) % 2 === 1 && failOn.includes(kind))
    .filter(({ isLeftBy }) => !printed.some(isLeftBy))
    .map(({ letter, what }) => `${what} (${letter})`)
}

/** Whether a report agrees with the kernel's taint: one of a kind that leaves a mark has left it. A program can print the lines of a report, too. */
export function agreesWithTaint(report: KernelReport, tainted: number): boolean {
  const own = marks.filter(({ isLeftBy }) => isLeftBy(report))
  return own.length === 0 || own.some(({ bit }) => Math.floor(tainted / 2 ** bit) % 2 === 1)
}
