import type { Format } from '../format.ts'
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
