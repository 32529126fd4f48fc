import type { ReportEvidence } from '../report/evidence.ts'
import { judge } from '../report/finish.ts'
import { isNameless, type FoundFrame } from '../report/frame.ts'
import type { KernelReport } from '../report/report.ts'

/** What a symboliser and a tree know about frames and paths. */
export interface Decoding {
  /** The calls that one address stands for: inlined ones first, the frame itself last; undefined when it stays as it is. */
  readonly expand: (frame: FoundFrame) => readonly FoundFrame[] | undefined
  /** A path as the build wrote it -> as the repository calls it. */
  readonly path: (path: string) => string
}

/** Frames of a report that an executable can tell more about, of every stack that may be blamed. */
export function framesToDecode({ evidence }: KernelReport): readonly FoundFrame[] {
  if (evidence === undefined) return []
  return [...evidence.stacks.flat(), ...evidence.locks, ...evidence.interrupted].filter(isUndecoded)
}

function isUndecoded(frame: FoundFrame): boolean {
  const isPlaced = frame.inlined || frame.source !== undefined
  return frame.reliable && !isPlaced && (frame.offset !== undefined || isNameless(frame))
}

/** The report with lines and inlined calls, blamed again; one without evidence stays as it is. */
export function decodeReport(report: KernelReport, decoding: Decoding): KernelReport {
  if (report.evidence === undefined) return report
  const decode = (frames: readonly FoundFrame[]): readonly FoundFrame[] =>
    frames
      .flatMap((frame) => (isUndecoded(frame) ? (decoding.expand(frame) ?? [frame]) : [frame]))
      .map((frame) => (frame.source === undefined ? frame : { ...frame, source: decoding.path(frame.source) }))
  const { groups, ...frames } = report.evidence
  const stacks = frames.stacks.map(decode)
  const source = groups['source']
  const evidence: ReportEvidence = {
    ...report.evidence,
    groups: source === undefined ? groups : { ...groups, source: shortestName(decoding.path(source), stacks.flat()) },
    stacks,
    locks: decode(frames.locks),
    interrupted: decode(frames.interrupted),
  }
  return { ...report, ...judge(evidence), evidence }
}

/** gcc maps no paths in what UBSAN prints (`../../src/tree/fs/x.c`): the trace knows the file by its name in the tree. */
function shortestName(path: string, frames: readonly FoundFrame[]): string {
  const known = frames.find(({ source }) => source !== undefined && path.endsWith(`/${source}`))
  return known?.source ?? path
}
