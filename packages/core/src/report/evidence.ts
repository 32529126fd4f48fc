import type { Format } from './format.ts'
import type { FoundFrame } from './frame.ts'

/** What of a format decides whom to blame. */
export type BlameRules = Pick<Format, 'kind' | 'title' | 'blame' | 'skip'>

/** What a log tells about the kernel that printed it. */
export interface KernelFacts {
  /** `Linux version …`, the line it began with. */
  readonly banner?: string
  /** In hexadecimal, at the end of `CPU: …` lines (CONFIG_STACKTRACE_BUILD_ID). */
  readonly buildId?: string
  /** By how much KASLR moved it, from `Kernel Offset: … from …` at the end of a panic. */
  readonly offset?: number
}

/** All that was found of a report: enough to say function and place again once its addresses are decoded. */
export interface ReportEvidence {
  readonly rules: BlameRules
  /** Named parts of its first lines. */
  readonly groups: Readonly<Record<string, string | undefined>>
  readonly stacks: readonly (readonly FoundFrame[])[]
  /** Where lockdep saw locks taken. */
  readonly locks: readonly FoundFrame[]
  /** Where an interrupt took the lock. */
  readonly interrupted: readonly FoundFrame[]
  readonly kernel: KernelFacts
}
