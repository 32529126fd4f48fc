import { blamedFrame, blamedPlace } from './blame.ts'
import { isEntry, isInfrastructureFile, isInterrupt } from './machinery/match.ts'
import { isNameless, sourceName, tidyPath, withoutSyscallPrefix, type FoundFrame } from './frame.ts'
import type { ReportEvidence } from './evidence.ts'
import type { OpenReport } from './open-report.ts'
import type { KernelReport, ReportFrame } from './report.ts'

interface Place {
  readonly source: string
  readonly line: number
}

/** A report as far as it has been printed. */
export function finish(open: OpenReport): KernelReport {
  const { format: rules, groups, kernel, startLine, endLine, headline } = open
  const { stacks, locks, interrupted } = open.state === 'closed' ? open : copyOf(open)
  const evidence: ReportEvidence = { rules, groups, stacks, locks, interrupted, kernel }
  return {
    kind: rules.kind,
    ...judge(evidence),
    process: groups['process']?.trim(),
    startLine,
    endLine,
    headline,
    evidence,
  }
}

/** A report that is still open grows. */
function copyOf({ stacks, locks, interrupted }: OpenReport): Pick<ReportEvidence, 'stacks' | 'locks' | 'interrupted'> {
  return { stacks: stacks.map((stack) => [...stack]), locks: [...locks], interrupted: [...interrupted] }
}

/** Whom the evidence blames. */
export function judge(evidence: ReportEvidence): Pick<KernelReport, 'title' | 'function' | 'source' | 'line' | 'trace'> {
  const stack = chooseStack(evidence)
  const candidates = orderCandidates(evidence, stack).filter((frame) => !isNameless(frame))
  const named = evidence.rules.blame === 'none' ? undefined : blameFunction(evidence, candidates)
  const blamed = choosePlace(ownPlace(evidence, { stack, named }), blamedPlace(candidates))
  return {
    title: renderTitle(evidence, named),
    function: named === undefined ? undefined : withoutSyscallPrefix(named),
    source: blamed?.source,
    line: blamed?.line,
    trace: stack.filter(({ reliable }) => reliable).map(toReportFrame),
  }
}

/** The place that the first line names, unless it is infrastructure that only found out: lib/refcount.c says nothing of who put too often. */
function ownPlace(
  { groups }: ReportEvidence,
  seen: { readonly stack: readonly FoundFrame[]; readonly named: string | undefined },
): Place | undefined {
  if (groups['source'] === undefined) return undefined
  const place = { source: tidyPath(groups['source']), line: Number(groups['line']) }
  const checking = groups['function'] ?? seen.stack[0]?.function
  return isInfrastructureFile(place.source) && seen.named !== checking ? undefined : place
}

/** The first stack with a call that is to blame; else the first one. */
function chooseStack({ rules, stacks }: ReportEvidence): readonly FoundFrame[] {
  const filled = stacks.filter((stack) => stack.length > 0)
  return (
    filled.find(
      (stack) =>
        blamedFrame(
          rules,
          stack.filter(({ reliable }) => reliable),
        ) !== undefined,
    ) ??
    filled[0] ??
    []
  )
}

function orderCandidates(evidence: ReportEvidence, stack: readonly FoundFrame[]): readonly FoundFrame[] {
  const reliable = stack.filter((frame) => frame.reliable)
  const { blame } = evidence.rules
  if (blame === 'lock') return [...evidence.interrupted, ...lockSites(evidence.locks), ...reliable]
  if (blame === 'interrupted') return belowInterrupt(reliable)
  if (blame === 'entry') return reliable.filter((frame) => !isEntry(sourceName(frame.function))).toReversed()
  if (blame === 'trace') return reliable
  const named = headerFrame(evidence)
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

function headerFrame({ groups }: ReportEvidence): FoundFrame | undefined {
  const symbol = groups['function']
  if (symbol === undefined) return undefined
  return { function: symbol, inlined: false, reliable: true }
}

function blameFunction({ rules, groups, stacks }: ReportEvidence, candidates: readonly FoundFrame[]): string | undefined {
  if (groups['lastFunction'] !== undefined) return groups['lastFunction']
  const found = blamedFrame(rules, candidates)
  if (found !== undefined) return found.function
  const guessed = blamedFrame(
    rules,
    stacks.flat().filter((frame) => !isNameless(frame)),
  )
  return groups['function'] ?? guessed?.function ?? groups['armCaller'] ?? candidates[0]?.function
}

/** The place that the first line names and the one that the trace leads to: the kernel's own word counts unless it is infrastructure. */
function choosePlace(own: Place | undefined, traced: ReportFrame | undefined): Place | undefined {
  if (traced?.source === undefined || traced.line === undefined) return own
  const place = { source: traced.source, line: traced.line }
  if (own === undefined) return place
  // UBSAN prints the path that the compiler was given; the executable knows it from the top of the tree.
  if (own.source.endsWith(`/${place.source}`)) return { ...own, source: place.source }
  if (own.source === place.source || isInfrastructureFile(place.source)) return own
  return isInfrastructureFile(own.source) || traced.inlined ? place : own
}

function renderTitle({ groups, rules }: ReportEvidence, named: string | undefined): string {
  const plain = named === undefined ? undefined : sourceName(withoutSyscallPrefix(named))
  const other = groups['other'] === undefined ? undefined : sourceName(groups['other'])
  const values: Readonly<Record<string, string | undefined>> = {
    ...groups,
    what: groups['what'] ?? groups['name'],
    function: plain,
    pair: plain === undefined || other === undefined || other === plain ? plain : `${plain} / ${other}`,
  }
  return rules.title
    .replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '\0')
    .replace(/ in \0(?= |$)/g, '')
    .replace(/ ?\0/g, '')
    .trim()
}

function toReportFrame({ function: name, offset, source, line, module, inlined }: FoundFrame): ReportFrame {
  if (offset !== undefined && source === undefined && module === undefined) return { function: name, offset, inlined }
  return {
    function: name,
    ...(offset === undefined ? undefined : { offset }),
    ...(source === undefined ? undefined : { source }),
    ...(line === undefined ? undefined : { line }),
    ...(module === undefined ? undefined : { module }),
    inlined,
  }
}
