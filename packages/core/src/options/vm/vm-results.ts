import { message, option } from '../../errors/index.ts'
import { badOption, choiceOption, isGiven, readOption, textOption, type RawOptions } from '../given.ts'
import { vmRows } from '../table/index.ts'

/** Where the results of tests come from: the command's status alone, or a TAP or KTAP stream too. */
export type ResultFormat = (typeof vmRows)['format']['choices'][number]

export interface ResultsSpec {
  /** `auto`: a version line on stdout makes it a result stream. `tap` takes one without a version line too. */
  readonly format: ResultFormat
  /** Run the KUnit suites inside the kernel instead of a command; `glob` chooses among them. */
  readonly kunit: { readonly glob: string | undefined } | undefined
  /** Tests that are the command. */
  readonly suite: SuiteSpec | undefined
  /** How the guest is to end by itself. */
  readonly expect: (typeof vmRows)['expect']['choices'][number] | undefined
  /** File that takes the results as JUnit XML. */
  readonly junit: string | undefined
}

/** Suites of tests that others wrote, each in one word. */
export const suiteNames = ['kselftest', 'ltp', 'xfstests', 'blktests'] as const

/** Options that are there in place of a command. */
export const withoutCommand = ['kunit', ...suiteNames] as const

export interface SuiteSpec {
  readonly name: (typeof suiteNames)[number]
  /** Which of its tests, as written; empty: all. */
  readonly words: string
  /** Where it is on this host; absent: in the root. */
  readonly directory: string | undefined
}

/** `--format`, `--kunit[=GLOB]`, `--kselftest` and the other suites, `--junit FILE`. */
export function parseResultsSpec(raw: RawOptions): ResultsSpec {
  return {
    format: choiceOption(raw, vmRows, 'format'),
    kunit: parseKunit(raw),
    suite: parseSuite(raw),
    expect: choiceOption(raw, vmRows, 'expect'),
    junit: textOption(raw, 'junit'),
  }
}

function parseKunit(raw: RawOptions): ResultsSpec['kunit'] {
  const value = raw['kunit']?.at(-1)?.value
  if (value === undefined || value === false) return undefined
  if (value === true) return { glob: undefined }
  return {
    glob: readOption(raw, 'kunit', (glob) => {
      // It becomes a word of the kernel's command line.
      if (!/[\s"]/.test(glob)) return glob
      throw badOption('kunit', glob, { allowed: 'a pattern without blanks and quotes, such as ext4*.inode*' })
    }),
  }
}

function parseSuite(raw: RawOptions): SuiteSpec | undefined {
  const directory = textOption(raw, 'suiteDir')
  const name = suiteNames.find((one) => isGiven(raw, one))
  if (directory !== undefined && (name === undefined || name === 'kselftest'))
    throw badOption('suite-dir', directory, {
      allowed: message`a directory next to ${option('ltp')}, ${option('xfstests')} or ${option('blktests')}`,
      place: raw['suiteDir']?.at(-1)?.place,
    })
  if (name === undefined) return undefined
  const value = raw[name]?.at(-1)?.value
  // A shell of the guest gets them as words.
  const words = value === true ? '' : readOption(raw, name, (text) => parseSuiteWords(name, text))
  return { name, words: words ?? '', directory }
}

function parseSuiteWords(name: string, text: string): string {
  if (/^[\w./ ,+-]+$/.test(text.trim()) && !/(?:^|[\s,])-/.test(text)) return text.trim()
  throw badOption(name, text, { allowed: 'names, separated by blanks or commas' })
}
