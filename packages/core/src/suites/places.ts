import type { SuiteSpec } from '../options/index.ts'

/** Suites that are taken as they are: in the root, or in a directory of this host. */
export type FoundSuite = Exclude<SuiteSpec['name'], 'kselftest'>

/** Where they are installed: LTP's own default, Debian's and xfstests' own, and what images do. */
export const suitePlaces: Readonly<Record<FoundSuite, readonly string[]>> = {
  ltp: ['/opt/ltp', '/usr/lib/ltp', '/usr/libexec/ltp'],
  xfstests: ['/usr/lib/xfstests', '/var/lib/xfstests', '/opt/xfstests', '/opt/xfstests-dev', '/root/xfstests-dev', '/root/xfstests'],
  blktests: ['/opt/blktests', '/usr/lib/blktests', '/usr/local/blktests', '/root/blktests'],
}

/** Shows that a directory is the suite, and the directory with the names of what it has. */
export const suiteProof: Readonly<Record<FoundSuite, { readonly file: string; readonly names: string | undefined }>> = {
  ltp: { file: 'runtest', names: 'runtest' },
  // Its groups are in files that its build makes.
  xfstests: { file: 'check', names: undefined },
  blktests: { file: 'check', names: 'tests' },
}

/** Separated by blanks or commas, each once. */
export function splitSuiteWords(words: string): readonly string[] {
  return [...new Set(words.split(/[\s,]+/).filter((word) => word !== ''))]
}
