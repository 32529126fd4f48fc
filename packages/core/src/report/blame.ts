import type { Format } from './format.ts'
import { sourceName } from './frame.ts'
import { isHelperFunction, isInfrastructureFile, isMachinery, nameMatcher } from './machinery/match.ts'
import type { ReportFrame } from './report.ts'

const matchers = new WeakMap<Format, (name: string) => boolean>()

function skips(format: Format): (name: string) => boolean {
  const known = matchers.get(format)
  if (known !== undefined) return known
  const matches = nameMatcher(format.skip ?? [])
  matchers.set(format, matches)
  return matches
}

/** First frame that is no machinery. */
export function blamedFrame<F extends ReportFrame>(format: Format, frames: readonly F[]): F | undefined {
  const own = skips(format)
  // Helpers that take a lock of their own are part of a deadlock; elsewhere they do what they were asked for.
  const isHelper = format.blame === 'lock' ? () => false : isHelperFunction
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
