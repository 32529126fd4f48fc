import { blamedFrame, blamedPlace } from './blame.ts'
import { isEntry, isInfrastructureFile, isInterrupt } from './machinery/match.ts'
import { sourceName, tidyPath, withoutSyscallPrefix, type FoundFrame } from './frame.ts'
import type { OpenReport } from './open-report.ts'
import type { KernelReport, ReportFrame } from './report.ts'

interface Place {
  readonly source: string
  readonly line: number
}

/** A report as far as it has been printed. */
export function finish(open: OpenReport): KernelReport {
  const { format, groups } = open
  const stack = chooseStack(open)
  const candidates = orderCandidates(open, stack)
  const named = format.blame === 'none' ? undefined : blameFunction(open, candidates)
  const place = blamedPlace(candidates)
  const own = ownPlace(open, { stack, named })
  const blamed = choosePlace(own, place)
  return {
    kind: format.kind,
    title: renderTitle(open, named),
    function: named === undefined ? undefined : withoutSyscallPrefix(named),
    source: blamed?.source,
    line: blamed?.line,
    process: groups['process']?.trim(),
    startLine: open.startLine,
    endLine: open.endLine,
    headline: open.headline,
    trace: stack.filter(({ reliable }) => reliable).map(toReportFrame),
  }
}

/** The place that the first line names, unless it is infrastructure that only found out: lib/refcount.c says nothing of who put too often. */
function ownPlace(
  { groups }: OpenReport,
  seen: { readonly stack: readonly FoundFrame[]; readonly named: string | undefined },
): Place | undefined {
  if (groups['source'] === undefined) return undefined
  const place = { source: tidyPath(groups['source']), line: Number(groups['line']) }
  const checking = groups['function'] ?? seen.stack[0]?.function
  return isInfrastructureFile(place.source) && seen.named !== checking ? undefined : place
}

/** The first stack with a call that is to blame; else the first one. */
function chooseStack({ format, stacks }: OpenReport): readonly FoundFrame[] {
  const filled = stacks.filter((stack) => stack.length > 0)
  return (
    filled.find(
      (stack) =>
        blamedFrame(
          format,
          stack.filter(({ reliable }) => reliable),
        ) !== undefined,
    ) ??
    filled[0] ??
    []
  )
}

function orderCandidates(open: OpenReport, stack: readonly FoundFrame[]): readonly FoundFrame[] {
  const reliable = stack.filter((frame) => frame.reliable)
  if (open.format.blame === 'lock') return [...open.interrupted, ...lockSites(open.locks), ...reliable]
  if (open.format.blame === 'interrupted') return belowInterrupt(reliable)
  if (open.format.blame === 'entry') return reliable.filter((frame) => !isEntry(sourceName(frame.function))).toReversed()
  if (open.format.blame === 'trace') return reliable
  const named = headerFrame(open)
  if (named === undefined) return reliable
  // Decoded logs: the inlined calls before the function that the first line names are nearer to the defect.
  const at = reliable.findIndex((frame) => frame.function === named.function && !frame.inlined)
  const from = at < 0 ? 0 : innermost(reliable, at)
  return at < 0 ? [named, ...reliable] : reliable.slice(from)
}

/** Where the lock is taken and where the one before it was, each with the inlined calls around it. */
function lockSites(locks: readonly FoundFrame[]): readonly FoundFrame[] {
  const outer = locks.flatMap((frame, index) => (frame.inlined ? [] : [index]))
  return locks.slice(0, (outer[1] ?? locks.length - 1) + 1)
}

/** What ran when the tick or the NMI came: everything when none is seen. */
function belowInterrupt(frames: readonly FoundFrame[]): readonly FoundFrame[] {
  const at = frames.findIndex((frame) => isInterrupt(sourceName(frame.function)))
  return at < 0 || at === frames.length - 1 ? frames : frames.slice(at + 1)
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

/** The place that the first line names and the one that the trace leads to: the kernel's own word counts unless it is infrastructure. */
function choosePlace(own: Place | undefined, traced: ReportFrame | undefined): Place | undefined {
  if (traced?.source === undefined || traced.line === undefined) return own
  const place = { source: traced.source, line: traced.line }
  if (own === undefined) return place
  if (own.source === place.source || isInfrastructureFile(place.source)) return own
  return isInfrastructureFile(own.source) || traced.inlined ? place : own
}

function renderTitle(open: OpenReport, named: string | undefined): string {
  const { groups, format } = open
  const plain = named === undefined ? undefined : sourceName(withoutSyscallPrefix(named))
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

function toReportFrame({ function: name, offset, source, line, module, inlined }: FoundFrame): ReportFrame {
  return {
    function: name,
    ...(offset === undefined ? undefined : { offset }),
    ...(source === undefined ? undefined : { source }),
    ...(line === undefined ? undefined : { line }),
    ...(module === undefined ? undefined : { module }),
    inlined,
  }
}
