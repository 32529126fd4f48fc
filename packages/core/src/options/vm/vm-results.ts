import { badOption, choiceOption, readOption, textOption, type RawOptions } from '../given.ts'
import { vmRows } from '../table/index.ts'

/** Where the results of tests come from: the command's status alone, or a TAP or KTAP stream too. */
export type ResultFormat = (typeof vmRows)['format']['choices'][number]

export interface ResultsSpec {
  /** `auto`: a version line on stdout makes it a result stream. `tap` takes one without a version line too. */
  readonly format: ResultFormat
  /** Run the KUnit suites inside the kernel instead of a command; `glob` chooses among them. */
  readonly kunit: { readonly glob: string | undefined } | undefined
  /** How the guest is to end by itself. */
  readonly expect: (typeof vmRows)['expect']['choices'][number] | undefined
  /** File that takes the results as JUnit XML. */
  readonly junit: string | undefined
}

/** `--format`, `--kunit[=GLOB]`, `--junit FILE`. */
export function parseResultsSpec(raw: RawOptions): ResultsSpec {
  return {
    format: choiceOption(raw, vmRows, 'format'),
    kunit: parseKunit(raw),
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
