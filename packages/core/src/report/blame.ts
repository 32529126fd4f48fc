import type { ReportKind } from '../console/kinds.ts'
import type { BlameRules } from './evidence.ts'
import { isNameless, sourceName, type FoundFrame } from './frame.ts'
import { isInTest, isLayer, isOuter, isSharedName, serviceOf } from './machinery/match.ts'
import { nameMatcher } from './machinery/names.ts'

const matchers = new WeakMap<BlameRules, (name: string) => boolean>()

function skips(rules: BlameRules): (name: string) => boolean {
  const known = matchers.get(rules)
  if (known !== undefined) return known
  const matches = nameMatcher(rules.skip ?? [])
  matchers.set(rules, matches)
  return matches
}

// Where the CPU was counts for a crash. A warning comes from a check, and a service checks what its caller asked for.
const checks: readonly ReportKind[] = ['warning', 'refcount', 'list-corruption', 'lockdep', 'atomic-sleep']

// Copies, lists and trees that touch whatever memory they are given, and calls to an address without a name: the one that called was at the place.
const passesOn =
  /^_*(?:mem(?:cpy|move|set|cmp)|copy_|str[nl]?(?:cpy|cmp|len|cat|chr)|rb_|xas?_|radix_tree_|idr_|list_|hlist_|bitmap_|find_)/

/** The first frame that serves nobody: what a report blames when it can. */
export function blamedFrame(rules: BlameRules, frames: readonly FoundFrame[]): FoundFrame | undefined {
  const own = skips(rules)
  const isCrash = !checks.includes(rules.kind)
  // Where the CPU was, or the call from there: it counts for a crash even when it serves others.
  let isThere = false
  // Where it was found, when the file says that this is code of many users.
  let found: FoundFrame | undefined
  for (const [index, frame] of frames.entries()) {
    const isPlace: boolean = frame.exact === true || (isThere && !frame.inlined)
    isThere = isPlace && (isNameless(frame) || passesOn.test(frame.function))
    if (isNameless(frame) || own(sourceName(frame.function))) continue
    const service = serviceOf(frame)
    // What serves others and takes a lock of its own is a part of a deadlock.
    if (service === undefined && isSharedName(frame) && servesBetween(frames, index)) continue
    const isFound =
      service === undefined ? rules.blame !== 'lock' && isLayer(frame) : service === 'serving' && isCrash && isPlace && !frame.inlined
    if (isFound && frame.source !== undefined) found ??= frame
    else if (isFound || service === undefined) return found === undefined || isUser(frame) ? frame : found
    else if (service === 'serving' && (rules.blame === 'lock' || rules.kind === 'leak')) return found ?? frame
  }
  return found
}

/** Whether a call shows who used the code of many users: a test and the way in from a system call use it on purpose. */
function isUser(frame: FoundFrame): boolean {
  return frame.source !== undefined && !isInTest(frame) && !isOuter(sourceName(frame.function))
}

/** Whether the calls around a frame serve others: then the frame is one of them, even when another file has a function of its name. */
function servesBetween(frames: readonly FoundFrame[], index: number): boolean {
  const [inner, outer] = [frames[index - 1], frames[index + 1]]
  return inner !== undefined && outer !== undefined && serviceOf(inner) !== undefined && serviceOf(outer) !== undefined
}

/** What is left to blame when every frame serves others: a service before a check, never what only printed, entry code last. */
export function leastServing(frames: readonly FoundFrame[]): FoundFrame | undefined {
  const named = frames.filter((frame) => !isNameless(frame))
  return (
    named.find((frame) => serviceOf(frame) === 'serving') ??
    named.find((frame) => serviceOf(frame) === 'checking') ??
    named.find((frame) => frame.exact === true) ??
    named.find((frame) => serviceOf(frame) === 'entry')
  )
}
