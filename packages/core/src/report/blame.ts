import type { BlameRules } from './evidence.ts'
import { sourceName } from './frame.ts'
import { isHelperFunction, isInfrastructureFile, isMachinery, nameMatcher } from './machinery/match.ts'
import type { ReportFrame } from './report.ts'

const matchers = new WeakMap<BlameRules, (name: string) => boolean>()

function skips(rules: BlameRules): (name: string) => boolean {
  const known = matchers.get(rules)
  if (known !== undefined) return known
  const matches = nameMatcher(rules.skip ?? [])
  matchers.set(rules, matches)
  return matches
}

/** First frame that is no machinery. */
export function blamedFrame<F extends ReportFrame>(rules: BlameRules, frames: readonly F[]): F | undefined {
  const own = skips(rules)
  // Helpers that take a lock of their own are part of a deadlock; elsewhere they do what they were asked for.
  const isHelper = rules.blame === 'lock' ? () => false : isHelperFunction
  return frames.find(({ function: name }) => !isMachinery(name) && !isHelper(name) && !own(sourceName(name)))
}

/** Place to look at first: the innermost that is no infrastructure; else the innermost of a function that is no machinery; else any. */
export function blamedPlace(frames: readonly ReportFrame[]): ReportFrame | undefined {
  const placed = frames.filter((frame) => frame.source !== undefined)
  return (
    placed.find((frame) => frame.source !== undefined && !isInfrastructureFile(frame.source)) ??
    placed.find((frame) => !isMachinery(frame.function)) ??
    placed[0]
  )
}
