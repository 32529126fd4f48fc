import type { ReportKind } from '../console/kinds.ts'
import type { ReportEvidence } from './evidence.ts'
import type { Owners } from '../decode/maintainers.ts'

/** One call in a trace, innermost first. */
export interface ReportFrame {
  /** As the kernel prints it, `foo.isra.0` included. */
  readonly function: string
  /** Bytes behind the start of the function; absent for inlined frames and logs that were decoded without offsets. */
  readonly offset?: number
  /** Path as the log says it, relative to the tree when the kernel was built so. */
  readonly source?: string
  readonly line?: number
  readonly module?: string
  readonly inlined: boolean
}

/** One report of the kernel, as far as its own lines tell without a vmlinux. */
export interface KernelReport {
  readonly kind: ReportKind
  /** The same for the same defect on every run: no addresses, process numbers, CPUs or offsets. */
  readonly title: string
  /** First function that is no reporting, locking or allocation machinery. */
  readonly function: string | undefined
  /** File to look at first: the innermost one of the trace that is no infrastructure. Known when the log itself tells lines. */
  readonly source: string | undefined
  readonly line: number | undefined
  /** Name of the task (`comm`) that ran into it. */
  readonly process: string | undefined
  /** Numbers of the first and the last line in the log, from 1. */
  readonly startLine: number
  readonly endLine: number
  /** The first line as printed, without stamp and caller. */
  readonly headline: string
  readonly trace: readonly ReportFrame[]
  /** Who looks after the blamed file, where the kernel tree is at hand. */
  readonly owners?: Owners | undefined
  /** What `decodeReport` reads; no part of a report's document. Absent when the report comes from one. */
  readonly evidence?: ReportEvidence
}
