import { blamedFrame, blamedPlace } from './blame.ts'
import { sourceName, tidyPath, type FoundFrame } from './frame.ts'
import type { OpenReport } from './open-report.ts'
import type { KernelReport, ReportFrame } from './report.ts'

/** A report as far as it has been printed. */
export function finish(open: OpenReport): KernelReport {
  const { format, groups } = open
  const stack = chooseStack(open)
  const candidates = orderCandidates(open, stack)
  const named = format.blame === 'none' ? undefined : blameFunction(open, candidates)
  const place = format.blame === 'none' ? undefined : blamedPlace(format, candidates)
  const own = groups['source'] === undefined ? undefined : { source: tidyPath(groups['source']), line: Number(groups['line']) }
  const blamed = preferOwn(own, place, named)
  return {
    kind: format.kind,
    title: renderTitle(open, named),
    function: named,
    source: blamed?.source,
    line: blamed?.line,
    process: groups['process']?.trim(),
    startLine: open.startLine,
    endLine: open.endLine,
    headline: open.headline,
    trace: stack.filter(({ reliable }) => reliable).map(withoutReliability),
  }
}

/** The first stack with a call that is to blame; else the first one. */
function chooseStack({ format, stacks }: OpenReport): readonly FoundFrame[] {
  const filled = stacks.filter((stack) => stack.length > 0)
  return filled.find((stack) => blamedFrame(format, stack.filter(({ reliable }) => reliable)) !== undefined) ?? filled[0] ?? []
}

function orderCandidates(open: OpenReport, stack: readonly FoundFrame[]): readonly FoundFrame[] {
  const reliable = stack.filter((frame) => frame.reliable)
  if (open.format.blame === 'lock') return [...open.locks.slice(0, lockCount(open.locks)), ...reliable]
  if (open.format.blame === 'trace') return reliable
  const named = headerFrame(open)
  if (named === undefined) return reliable
  // Decoded logs: the inlined calls before the function that the first line names are nearer to the defect.
  const at = reliable.findIndex((frame) => frame.function === named.function && !frame.inlined)
  const from = at < 0 ? 0 : innermost(reliable, at)
  return at < 0 ? [named, ...reliable] : reliable.slice(from)
}

/** The first lock site with the inlined calls around it. */
function lockCount(locks: readonly FoundFrame[]): number {
  const outer = locks.findIndex((frame) => !frame.inlined)
  return outer < 0 ? locks.length : outer + 1
}

function innermost(frames: readonly FoundFrame[], at: number): number {
  let from = at
  while (from > 0 && frames[from - 1]?.inlined === true) from -= 1
  return from
}

function headerFrame({ groups }: OpenReport): FoundFrame | undefined {
  const symbol = groups['function']
  if (symbol === undefined) return undefined
  return { function: symbol, inlined: false, reliable: true }
}

function blameFunction(open: OpenReport, candidates: readonly FoundFrame[]): string | undefined {
  if (open.groups['lastFunction'] !== undefined) return open.groups['lastFunction']
  const found = blamedFrame(open.format, candidates)
  if (found !== undefined) return found.function
  const guessed = blamedFrame(open.format, open.stacks.flat())
  return open.groups['function'] ?? guessed?.function ?? open.groups['armCaller'] ?? candidates[0]?.function
}

/** The place that the first line names counts when the function to blame is the one it names, or when no trace tells another. */
function preferOwn(
  own: { readonly source: string; readonly line: number } | undefined,
  place: FoundFrame | ReportFrame | undefined,
  _named: string | undefined,
): { readonly source: string | undefined; readonly line: number | undefined } | undefined {
  if (place === undefined) return own
  // The same file: the line of the check, which the kernel itself printed, is nearer than that of the return address.
  if (own !== undefined && own.source === place.source) return own
  return { source: place.source, line: place.line }
}

function renderTitle(open: OpenReport, named: string | undefined): string {
  const { groups, format } = open
  const plain = named === undefined ? undefined : sourceName(named)
  const other = groups['other'] === undefined ? undefined : sourceName(groups['other'])
  const values: Readonly<Record<string, string | undefined>> = {
    ...groups,
    what: groups['what'] ?? groups['name'],
    function: plain,
    pair: plain === undefined || other === undefined || other === plain ? plain : `${plain} / ${other}`,
  }
  return format.title
    .replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '\0')
    .replace(/ in \0(?= |$)/g, '')
    .replace(/ ?\0/g, '')
    .trim()
}

function withoutReliability({ reliable: _, ...frame }: FoundFrame): ReportFrame {
  return frame
}
