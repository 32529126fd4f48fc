import type { ReportKind } from './kinds.ts'

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
