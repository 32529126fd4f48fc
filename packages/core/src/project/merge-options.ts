import { parseAssignment } from '../kconfig/index.ts'
import { isMakeWord, parseMakeWords } from '../kbuild/index.ts'
import type { RawRecord } from '../options/index.ts'
import { parseForward } from '../options/vm-forward.ts'
import { parseShare } from '../options/vm-share.ts'
import { rawKey, rowsOf, type BlockName, type OptionRow } from './option-rows.ts'

export interface MergeInput {
  readonly block: BlockName
  /** Of the file, located. */
  readonly defaults: RawRecord
  /** Of the command line. */
  readonly given: RawRecord
  /** SOURCE and VAR=VALUE of `build`. */
  readonly words: readonly string[]
}

export interface MergedOptions {
  readonly options: RawRecord
  /** Names of the options that the file gave. */
  readonly used: readonly string[]
}

/** Defaults of the file below the options of the command line: those win, repeatable ones come behind the file's. */
export function mergeOptions(input: MergeInput): MergedOptions {
  const { block, defaults } = input
  const given = { ...withoutDefaults(input.given), ...optionsOfWords(block, input.words) }
  const { rows, rivalries } = rowsOf(block)
  const setAside = new Set(
    rivalries.flatMap((rivalry) => {
      const isGiven = rivalry.given.map(rawKey).filter((key) => given[key] !== undefined)
      if (isGiven.length === 0) return []
      const values = [...isGiven.map((key) => given[key]), ...rivalry.setAside.map((name) => defaults[rawKey(name)])]
      return rivalry.when === undefined || values.includes(rivalry.when) ? rivalry.setAside.map(rawKey) : []
    }),
  )
  const kept = rows.flatMap((row) => {
    const key = rawKey(row.name)
    const value = setAside.has(key) ? undefined : mergeValue({ row, ofFile: defaults[key], given: given[key], all: given })
    return value === undefined ? [] : [{ name: row.name, key, value }]
  })
  return {
    options: { ...input.given, ...Object.fromEntries(kept.map(({ key, value }) => [key, value])) },
    used: kept.map(({ name }) => name),
  }
}

/** Commander sets a negated option (--no-trim) to true when it was not given. */
function withoutDefaults(given: RawRecord): RawRecord {
  return Object.fromEntries(Object.entries(given).filter(([key, value]) => !(key === 'trim' && value === true)))
}

/** What the words of `build` say besides its options. */
function optionsOfWords(block: BlockName, words: readonly string[]): RawRecord {
  if (block !== 'kernel') return {}
  const make = parseMakeWords(words.filter(isMakeWord))
  const [source] = words.filter((word) => !isMakeWord(word))
  return {
    ...(source === undefined ? {} : { source }),
    ...(make.arch === undefined ? {} : { arch: make.arch }),
    ...(make.compiler === undefined ? {} : { compiler: make.compiler }),
    ...(make.output === undefined ? {} : { inTree: false }),
  }
}

interface MergeValue {
  readonly row: OptionRow
  readonly ofFile: unknown
  readonly given: unknown
  readonly all: RawRecord
}

/** The value to use when the file has a part in it, else `undefined`. */
function mergeValue({ row, ofFile, given, all }: MergeValue): unknown {
  if (ofFile === undefined) return undefined
  if (row.kind !== 'list' || !Array.isArray(ofFile)) return given === undefined ? ofFile : undefined
  const [theirs, ours] = [texts(ofFile), texts(given)]
  // Symbols alone are a change to a configuration; a preset or a file is another one.
  if (row.name === 'config' && ours.some((item) => parseAssignment(item, { kind: 'command', where: '' }) === undefined)) return undefined
  const taken = new Set(rivalsOf(row.name, all).map((value) => subjectOf(row.name, value)))
  const left = theirs.filter((value) => !taken.has(subjectOf(row.name, value)))
  return left.length === 0 ? undefined : [...left, ...ours]
}

function rivalsOf(name: string, all: RawRecord): readonly string[] {
  if (name === 'share') return texts(all['share'])
  return name === 'forward' || name === 'publish' ? [...texts(all['forward']), ...texts(all['publish'])] : []
}

/** What a value is about: two of one subject would contradict each other. */
function subjectOf(name: string, value: string): string {
  try {
    if (name === 'share') {
      const { guest, source } = parseShare(value)
      return guest ?? source
    }
    const { protocol, guestPort } = parseForward(value)
    return `${guestPort}/${protocol}`
  } catch {
    // Refused later, in the words of the option.
    return value
  }
}

function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
