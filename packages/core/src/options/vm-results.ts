import { badOption, choiceOption, flagOption, listOption, textOption, type RawRecord } from './raw-options.ts'

/** What tells the results of tests: the command's status alone, or a TAP or KTAP stream too. */
export type ResultFormat = 'auto' | 'exit' | 'tap' | 'ktap'

export interface ResultsSpec {
  /** `auto`: a version line on stdout makes it a result stream. `tap` takes one without a version line too. */
  readonly format: ResultFormat
  /** Run the KUnit suites inside the kernel instead of a command; `glob` chooses among them. */
  readonly kunit: { readonly glob: string | undefined } | undefined
  /** File that takes the results as JUnit XML. */
  readonly junit: string | undefined
}

export const resultFormats = ['auto', 'exit', 'tap', 'ktap'] as const satisfies readonly ResultFormat[]

/** `--format`, `--kunit[=GLOB]`, `--junit FILE`. */
export function parseResultsSpec(raw: RawRecord): ResultsSpec {
  const kunit = parseKunit(raw)
  const format = choiceOption(raw, 'format', resultFormats) ?? 'auto'
  if (kunit !== undefined && (format === 'exit' || format === 'tap')) {
    throw badOption('format', format, 'ktap beside --kunit, whose results come from the console', 'leave one of them out.')
  }
  return { format, kunit, junit: textOption(raw, 'junit') }
}

function parseKunit(raw: RawRecord): ResultsSpec['kunit'] {
  const value = raw['kunit']
  if (value === undefined || value === false) return undefined
  for (const key of ['image', 'initrd', 'init', 'root', 'cwd'] as const) {
    const other = raw[key]
    if (other === undefined || other === false || (key === 'root' && other === 'none')) continue
    throw badOption(key, other, 'nothing beside --kunit, which boots an initramfs and runs no command', 'leave one of them out.')
  }
  for (const key of ['stdin', 'tty', 'keep'] as const) {
    if (flagOption(raw, key)) throw badOption(key, 'true', 'nothing beside --kunit, which runs no command', 'leave one of them out.')
  }
  if (listOption(raw, 'env').length > 0)
    throw badOption('env', listOption(raw, 'env')[0], 'nothing beside --kunit, which runs no command', 'leave one of them out.')
  if (value === true) return { glob: undefined }
  const glob = textOption(raw, 'kunit')
  // It becomes a word of the kernel's command line.
  if (glob !== undefined && /[\s"]/.test(glob)) throw badOption('kunit', glob, 'a pattern without blanks and quotes, such as ext4*.inode*')
  return { glob }
}
