import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type ParsedNode } from 'yaml'
import { UserError } from '../errors/index.ts'

/** Where something begins, both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A value of the file with its place; numbers stay as they were written, so that 6.10 is not 6.1. */
export type YamlValue =
  | { readonly kind: 'map'; readonly place: Position; readonly entries: readonly YamlEntry[] }
  | { readonly kind: 'list'; readonly place: Position; readonly items: readonly YamlValue[] }
  | { readonly kind: 'text'; readonly place: Position; readonly text: string }
  | { readonly kind: 'flag'; readonly place: Position; readonly flag: boolean }
  | { readonly kind: 'nothing'; readonly place: Position }

export interface YamlEntry {
  readonly key: string
  readonly place: Position
  readonly value: YamlValue
}

/** A YAML 1.2 document as plain values, in time that grows with its size and no faster. Throws BAD_PROJECT_FILE with line and column. */
export function readYaml(text: string, file: string): YamlValue {
  const counter = new LineCounter()
  // Keys are names here, never numbers or maps; the library's own excerpts of the file are left to the editor, and its check for
  // equal keys, which compares each with each, to toValue.
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, stringKeys: true, uniqueKeys: false, version: '1.2' })
  const at = (offset: number): Position => {
    const { line, col } = counter.linePos(offset)
    return { line, column: col }
  }
  // A warning is an unknown tag or directive: not understood either.
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    throw notYaml(file, at(problem.pos[0]), problem.message)
  }
  return toValue(document.contents, { file, at, depth: 0, anchors: new Map(), room: { values: mostValues } })
}

function notYaml(file: string, place: Position, what: string): UserError {
  return new UserError('BAD_PROJECT_FILE', `this is not YAML: ${what.replace(/\.?$/, '.')}`, {
    hint: 'Indent blocks with blanks, write lists as [a, b], and put a text with special characters in quotes.',
    place: { file, key: '', ...place },
  })
}

/** A key of YAML 1.1 (https://yaml.org/type/merge.html), which many files for other programs use. */
function mergeKey(file: string, place: Position): UserError {
  return new UserError('BAD_PROJECT_FILE', 'merge keys (<<) are not expanded: YAML 1.2 has none.', {
    hint: 'Write the keys out, or take a whole value by its alias: `vm: *NAME`. What several tests share belongs in the `vm:` of the file.',
    place: { file, key: '', ...place },
  })
}

interface Reading {
  readonly file: string
  readonly at: (offset: number) => Position
  readonly depth: number
  /** What each name stood for last: an alias means the one before it. */
  readonly anchors: Map<string, ParsedNode>
  /** How many values may still come: aliases of aliases would multiply them. */
  readonly room: { values: number }
}

// Deeper than any key of ours is; an alias may contain itself.
const deepest = 8

// A file of 1 MiB without aliases has fewer.
const mostValues = 2 ** 20

function toValue(node: ParsedNode | null, reading: Reading): YamlValue {
  const place = reading.at(node?.range[0] ?? 0)
  if (node === null || reading.depth > deepest) return { kind: 'nothing', place }
  if (reading.room.values-- === 0) throw notYaml(reading.file, place, `its aliases stand for more than ${mostValues} values`)
  const inner = { ...reading, depth: reading.depth + 1 }
  if (isAlias(node)) {
    const target = reading.anchors.get(node.source)
    if (target === undefined) throw notYaml(reading.file, place, `there is no &${node.source} for *${node.source}`)
    return { ...toValue(target, inner), place }
  }
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, node)
  if (isMap(node)) {
    const merge = node.items.find(({ key }) => isScalar(key) && key.value === '<<' && key.type === 'PLAIN')
    if (merge !== undefined) throw mergeKey(reading.file, reading.at(merge.key.range[0]))
    const seen = new Set<string>()
    const entries = node.items.map(({ key, value }) => {
      const keyPlace = reading.at(key.range[0])
      const name = isScalar(key) ? String(key.value) : ''
      if (seen.has(name)) throw notYaml(reading.file, keyPlace, 'Map keys must be unique')
      seen.add(name)
      return { key: name, place: keyPlace, value: value === null ? { kind: 'nothing' as const, place: keyPlace } : toValue(value, inner) }
    })
    return { kind: 'map', place, entries }
  }
  if (isSeq(node)) return { kind: 'list', place, items: node.items.map((item) => toValue(item, inner)) }
  if (!isScalar(node)) return { kind: 'nothing', place }
  const { value } = node
  if (typeof value === 'boolean') return { kind: 'flag', place, flag: value }
  if (value === null || value === undefined) return { kind: 'nothing', place }
  return { kind: 'text', place, text: typeof value === 'string' ? value : (node.source ?? '') }
}
