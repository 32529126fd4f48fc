import type { FoundFrame } from '../report/frame.ts'
import type { CodePlace } from './symboliser-output.ts'

/** The calls that stand at a frame's address: inlined ones first, the frame last; undefined when no line is known. */
export function expandFrame(frame: FoundFrame, places: readonly CodePlace[]): readonly FoundFrame[] | undefined {
  const outer = places.at(-1)
  if (outer === undefined) return undefined
  const ofModule = frame.module === undefined ? {} : { module: frame.module }
  return [
    ...places.slice(0, -1).map((place) => ({ ...place, ...ofModule, inlined: true, reliable: frame.reliable })),
    { ...frame, source: outer.source, line: outer.line },
  ]
}
