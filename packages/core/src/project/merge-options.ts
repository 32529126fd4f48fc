import { parseAssignment } from '../kconfig/index.ts'
import { isMakeWord, parseMakeWords } from '../kbuild/index.ts'
import { givenOptions, isGiven, type Given, type RawOptions } from '../options/given.ts'
import { blockTables, camelCase, namedRows, type BlockName, type NamedRow } from '../options/table/index.ts'

export interface MergeInput {
  readonly block: BlockName
  /** Of kernelkit.yaml, with paths made absolute. */
  readonly defaults: RawOptions
  /** Of a nearer door: the command line, the inputs of an Action, a test's own. */
  readonly given: RawOptions
  /** SOURCE and VAR=VALUE of `build`. */
  readonly words: readonly string[]
}

export interface MergedOptions {
  readonly options: RawOptions
  /** Names of the options that the file gave. */
  readonly used: readonly string[]
  /** Values of the file that do not count: they have to make sense all the same. */
  readonly unused: RawOptions
}

/** Defaults of the file below the options of a nearer door: those win, the values of lists come after the file's. */
export function mergeOptions({ block, defaults, given, words }: MergeInput): MergedOptions {
  const rows = namedRows(blockTables[block])
  const near = { ...given, ...optionsOfWords(block, words) }
  const overridden = new Set(rows.filter(({ name }) => isOverridden(name, rows, { near, defaults })).map(({ name }) => camelCase(name)))
  const kept = new Map<string, readonly Given[]>()
  const unused = new Map<string, readonly Given[]>()
  for (const row of rows) {
    const key = camelCase(row.name)
    const theirs = defaults[key] ?? []
    const counting = overridden.has(key) ? [] : theirs.filter((value) => isKept(row, value, near))
    if (counting.length > 0) kept.set(row.name, counting)
    const left = theirs.filter((value) => !counting.includes(value))
    if (left.length > 0) unused.set(key, left)
  }
  const merged = [...kept].map(([name, values]) => [camelCase(name), [...values, ...(given[camelCase(name)] ?? [])]] as const)
  return { options: { ...given, ...Object.fromEntries(merged) }, used: [...kept.keys()], unused: Object.fromEntries(unused) }
}

interface Sides {
  readonly near: RawOptions
  readonly defaults: RawOptions
}

/** A nearer option overrides what its row names, and what contradicts it, whichever of the two rows says so. */
function isOverridden(name: string, rows: readonly NamedRow[], { near, defaults }: Sides): boolean {
  const valueOf = (option: string) => (near[camelCase(option)] ?? defaults[camelCase(option)])?.at(-1)?.value
  return rows.some((row) => {
    if (row.overrides?.includes(name) === true && (near[camelCase(row.name)] ?? []).length > 0) return true
    return (row.refuses ?? []).some(({ option, when, unless }) => {
      const nearer = row.name === name ? option : option === name ? row.name : undefined
      if (nearer === undefined || !isGiven(near, nearer)) return false
      if (when !== undefined && !when.includes(String(valueOf(row.name)))) return false
      return unless === undefined || valueOf(option) !== unless
    })
  })
}

/** What the words of `build` say in addition to its options. */
function optionsOfWords(block: BlockName, words: readonly string[]): RawOptions {
  if (block !== 'kernel') return {}
  const make = parseMakeWords(words.filter(isMakeWord))
  return givenOptions({
    source: words.find((word) => !isMakeWord(word)),
    arch: make.arch,
    compiler: make.compiler,
    inTree: make.output === undefined ? undefined : false,
  })
}

/** Whether a value of the file counts next to the nearer values of its option. */
function isKept(row: NamedRow, { value }: Given, near: RawOptions): boolean {
  const own = near[camelCase(row.name)] ?? []
  if (row.kind !== 'list') return own.length === 0
  // Symbols alone are a change to a configuration; a preset or a file is another one.
  if (row.name === 'config') return own.every((item) => parseAssignment(String(item.value), { kind: 'command', where: '' }) !== undefined)
  const subject = subjects[row.name]
  if (subject === undefined) return true
  const rivals = row.name === 'share' ? own : [...(near['forward'] ?? []), ...(near['publish'] ?? [])]
  return rivals.every((rival) => subject(String(rival.value)) !== subject(String(value)))
}

/** What a value is about: two of one subject would contradict each other. */
const subjects: Readonly<Record<string, (value: string) => string>> = {
  // The place in the guest.
  share: (value) =>
    value
      .replace(/:(?:cow|ro|rw)$/, '')
      .split(':')
      .at(-1) ?? '',
  forward: guestPort,
  publish: guestPort,
}

function guestPort(value: string): string {
  const port = value.split(':').at(-1) ?? ''
  return port.includes('/') ? port : `${port}/tcp`
}
