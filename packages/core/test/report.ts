import type { KernelReport } from '../src/report/report.ts'

/** A warning of a driver, apart from `change`. */
export function reportOf(change: Partial<KernelReport>): KernelReport {
  return {
    kind: 'warning',
    title: 'WARNING in frob_check',
    function: 'frob_check',
    source: 'drivers/frob/main.c',
    line: 9,
    process: 'cat',
    startLine: 3,
    endLine: 40,
    headline: 'WARNING: …',
    trace: [{ function: 'frob_check', inlined: false }],
    ...change,
  }
}
