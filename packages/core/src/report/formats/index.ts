import { groupFinder, type Format } from '../format.ts'
import { bugFormats, dieFormats } from './bug.ts'
import { endFormats } from './end.ts'
import { faultFormats } from './fault.ts'
import { filesystemFormats } from './filesystem.ts'
import { lockdepFormats } from './lockdep.ts'
import { sanitizerFormats } from './sanitizers.ts'
import { stallFormats } from './stall.ts'
import { warningFormats } from './warning.ts'

/** Every format, in the order in which they are tried: the first that fits wins. */
export const formats: readonly Format[] = [
  ...endFormats.filter(({ kind }) => kind === 'panic'),
  ...sanitizerFormats,
  ...stallFormats,
  ...lockdepFormats,
  ...dieFormats,
  ...faultFormats,
  ...endFormats.filter(({ kind }) => kind !== 'panic'),
  ...filesystemFormats,
  ...warningFormats,
  ...bugFormats,
]

/** A first line, and what it says. */
export interface Recognised {
  readonly format: Format
  readonly groups: Readonly<Record<string, string | undefined>>
  /** Where in the line it begins. */
  readonly index: number
}

/** Whether what begins there is in quotation marks: somebody writes about such lines. A colon before them makes it JSON. */
export function isQuoted(text: string, at: number): boolean {
  return (
    at > 0 &&
    /['"`]/.test(text.charAt(at - 1)) &&
    /(?:^|[^:\s]\s+|[(=])['`]$|(?:[^:\s]\s+|[(=])"$/.test(text.slice(Math.max(0, at - 10), at))
  )
}

const finders = formats.map((format) => [format, groupFinder(format.first)] as const)

/** The format of a first line. */
export function recognise(text: string): Recognised | undefined {
  for (const [format, find] of finders) {
    const found = find(text)
    if (found !== undefined) return isQuoted(text, found.index) ? undefined : { format, groups: found.groups, index: found.index }
  }
  return undefined
}
