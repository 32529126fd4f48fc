import type { ReportKind } from '../console/kinds.ts'
import { blamedFrame, leastServing } from './blame.ts'
import { isInterrupt, isOuter, isServiceFile, serviceOf } from './machinery/match.ts'
import { remembered } from './machinery/names.ts'
import { isNameless, plainName, sourceName, tidyPath, withoutSyscallPrefix, type FoundFrame } from './frame.ts'
import type { ReportEvidence } from './evidence.ts'
import type { OpenReport } from './open-report.ts'
import type { KernelReport, ReportFrame } from './report.ts'

interface Place {
  readonly source: string
  readonly line: number
}

/** A report as far as it has been printed. */
export function finish(open: OpenReport): KernelReport {
  const { format: rules, kernel, startLine, endLine, headline } = open
  const { groups, stacks, locks, interrupted } = open.state === 'closed' ? open : copyOf(open)
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
function copyOf({ groups, stacks, locks, interrupted }: OpenReport): Pick<ReportEvidence, 'groups' | 'stacks' | 'locks' | 'interrupted'> {
  return { groups: { ...groups }, stacks: stacks.map((stack) => [...stack]), locks: [...locks], interrupted: [...interrupted] }
}

/** Whom the evidence blames: a function, and the place of that function. */
export function judge(evidence: ReportEvidence): Pick<KernelReport, 'title' | 'function' | 'source' | 'line' | 'trace'> {
  const stack = chooseStack(evidence)
  const candidates = orderCandidates(evidence, stack)
  const blamed = evidence.rules.blame === 'none' ? undefined : blame(evidence, candidates)
  const place = placeOf(evidence, { blamed, candidates })
  return {
    title: renderTitle(evidence, blamed?.function),
    function: blamed === undefined ? undefined : withoutSyscallPrefix(plainName(blamed.function)),
    source: place?.source,
    line: place?.line,
    trace: stack.map(toReportFrame),
  }
}

/** The calls of the first stack with one that is to blame; else of the first one. */
function chooseStack({ rules, stacks }: ReportEvidence): readonly FoundFrame[] {
  const filled = stacks.filter((stack) => stack.length > 0)
  let first: readonly FoundFrame[] | undefined
  for (const stack of filled) {
    const calls = stack.filter(({ reliable }) => reliable)
    if (blamedFrame(rules, calls) !== undefined) return calls
    first ??= calls
  }
  return first ?? []
}

function orderCandidates(evidence: ReportEvidence, reliable: readonly FoundFrame[]): readonly FoundFrame[] {
  const { blame } = evidence.rules
  if (blame === 'lock') return [...evidence.interrupted, ...lockSites(evidence.locks), ...reliable]
  if (blame === 'interrupted') return belowInterrupt(reliable)
  if (blame === 'entry') return reliable.filter((frame) => !isOuter(sourceName(frame.function))).toReversed()
  if (blame === 'trace') return aboveInterrupt(evidence.rules.kind === 'ubsan' ? fromPlace(reliable) : reliable)
  const named = headerFrame(evidence)
  if (named === undefined) return aboveInterrupt(reliable)
  // Decoded logs: the inlined calls before the function that the first line names are nearer to the defect.
  const at = reliable.findIndex((frame) => frame.function === named.function && !frame.inlined)
  const from = at < 0 ? 0 : innermost(reliable, at)
  return aboveInterrupt(at < 0 ? [named, ...reliable] : [{ ...named, ...reliable[at] }, ...reliable.slice(from)])
}

/** What ran in the interrupt: what it interrupted is innocent. Everything when the interrupt only reports. */
function aboveInterrupt(frames: readonly FoundFrame[]): readonly FoundFrame[] {
  const at = frames.findIndex((frame) => isInterrupt(sourceName(frame.function)))
  const above = frames.slice(0, at)
  return at > 0 && above.some((frame) => isNameless(frame) || serviceOf(frame) !== 'printing') ? above : frames
}

/** UBSAN's checks are compiled into the function at fault: it called the handler. */
function fromPlace(frames: readonly FoundFrame[]): readonly FoundFrame[] {
  const at = frames.findIndex((frame) => !isNameless(frame) && serviceOf(frame) !== 'printing')
  return frames.map((frame, index) => (index === at ? { ...frame, exact: true } : frame))
}

/** Where the lock is taken and where the one before it was, each with the inlined calls around it. */
function lockSites(locks: readonly FoundFrame[]): readonly FoundFrame[] {
  const outer = locks.flatMap((frame, index) => (frame.inlined ? [] : [index]))
  return locks.slice(0, (outer[1] ?? locks.length - 1) + 1)
}

/** What ran when the tick or the NMI came that reports. A trace that begins elsewhere begins where the CPU was: interrupts further out are innocent. */
function belowInterrupt(frames: readonly FoundFrame[]): readonly FoundFrame[] {
  const at = frames.findIndex((frame) => isInterrupt(sourceName(frame.function)))
  const above = frames.slice(0, at)
  const services = above.map((frame) => serviceOf(frame))
  const isReporting =
    above.every((frame) => frame.exact !== true) && (services.includes('printing') || services.every((service) => service !== undefined))
  return at < 0 || at === frames.length - 1 || !isReporting ? aboveInterrupt(frames) : frames.slice(at + 1)
}

function innermost(frames: readonly FoundFrame[], at: number): number {
  let from = at
  while (from > 0 && frames[from - 1]?.inlined === true) from -= 1
  return from
}

// The function that they name first is where the CPU was.
const sanitizers: readonly ReportKind[] = ['kasan', 'kmsan', 'kfence', 'kcsan']

function headerFrame({ rules, groups }: ReportEvidence): FoundFrame | undefined {
  const { function: symbol, inlined, source, line } = groups
  if (symbol === undefined) return undefined
  const isPlace = sanitizers.includes(rules.kind) && inlined === undefined ? { exact: true as const } : undefined
  // The place of a symbol may be that of a call inlined there; a decoder that names inlined calls names their file.
  return {
    ...namedFrame(symbol),
    ...isPlace,
    ...(inlined === undefined || source === undefined ? undefined : { source: tidyPath(source), line: Number(line) }),
  }
}

function blame({ rules, groups, stacks }: ReportEvidence, candidates: readonly FoundFrame[]): FoundFrame | undefined {
  if (groups['lastFunction'] !== undefined) return namedFrame(groups['lastFunction'])
  if (rules.blame === 'handler') return groups['handler'] === undefined ? undefined : namedFrame(groups['handler'])
  const caller = groups['caller'] === undefined ? undefined : whole(groups['caller'], candidates)
  // The check says itself who asked for it.
  if (caller !== undefined && serviceOf(caller) !== 'printing') return caller
  const found =
    blamedFrame(rules, candidates) ??
    workFrame(rules, groups) ??
    blamedFrame(
      rules,
      stacks.flatMap((stack) => aboveInterrupt(stack)),
    )
  if (found !== undefined) return found
  // Every call serves others: what the report's own lines name comes first, unless it only led to the report.
  const named = groups['function'] === undefined ? undefined : whole(groups['function'], candidates)
  const least = workInTrace(groups, candidates) ?? leastServing(candidates)
  return named === undefined || (least !== undefined && ['printing', 'entry'].includes(serviceOf(named) ?? '')) ? least : named
}

/** A deadlock of a work item with a task that waits for it is always found in process_one_work: the work tells one from another. */
function workFrame({ blame: whom }: ReportEvidence['rules'], { work }: ReportEvidence['groups']): FoundFrame | undefined {
  return whom === 'lock' && work !== undefined ? namedFrame(work) : undefined
}

/** The work item that a worker ran, when nothing that it called but checks is to blame. */
function workInTrace({ work }: ReportEvidence['groups'], frames: readonly FoundFrame[]): FoundFrame | undefined {
  if (work === undefined || frames.some((frame) => !isNameless(frame) && serviceOf(frame) === 'serving')) return undefined
  return frames.find((frame) => sourceName(frame.function) === work)
}

function whole(symbol: string, frames: readonly FoundFrame[]): FoundFrame {
  return frames.find((frame) => frame.function === symbol) ?? namedFrame(symbol)
}

function namedFrame(symbol: string): FoundFrame {
  return { function: symbol, inlined: false, reliable: true }
}

/** The place of the blamed function: the kernel's own word where that is about this function, else its line in the trace. */
function placeOf(
  { groups }: ReportEvidence,
  { blamed, candidates }: { readonly blamed: FoundFrame | undefined; readonly candidates: readonly FoundFrame[] },
): Place | undefined {
  const own = groups['source'] === undefined ? undefined : { source: tidyPath(groups['source']), line: Number(groups['line']) }
  const traced = blamed?.source === undefined || blamed.line === undefined ? undefined : { source: blamed.source, line: blamed.line }
  if (own === undefined) return traced
  const finder = groups['function'] ?? candidates.find((frame) => !isNameless(frame))?.function
  const isFinder = blamed === undefined || blamed.exact === true || finder === blamed.function
  if (traced === undefined) return isFinder || !isServiceFile(own.source) ? own : undefined
  // UBSAN prints the path that the compiler was given; the executable knows it from the top of the tree.
  if (own.source.endsWith(`/${traced.source}`)) return { ...own, source: traced.source }
  return own.source === traced.source ? own : traced
}

function renderTitle({ groups, rules }: ReportEvidence, named: string | undefined): string {
  const plain = named === undefined ? undefined : sourceName(withoutSyscallPrefix(plainName(named)))
  const other = groups['other'] === undefined ? undefined : sourceName(groups['other'])
  const valueOf = (name: string): string | undefined => {
    if (name === 'function') return plain
    if (name === 'pair') return plain === undefined || other === undefined || other === plain ? plain : `${plain} / ${other}`
    return groups[name] ?? (name === 'what' ? groups['name'] : undefined)
  }
  let filled = ''
  for (const [index, part] of partsOf(rules.title).entries()) filled += index % 2 === 0 ? part : (valueOf(part) ?? '\0')
  if (!filled.includes('\0')) return filled.trim()
  return filled
    .replace(/ in \0(?= |$)/g, '')
    .replace(/ ?\0/g, '')
    .trim()
}

/** The parts of a title: text and names in turn. */
const partsOf = remembered((title): readonly string[] => title.split(/\{(\w+)\}/))

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
