import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type ParsedNode } from 'yaml'
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

/** A YAML 1.2 document as plain values. Throws BAD_PROJECT_FILE with line and column. */
export function readYaml(text: string, file: string): YamlValue {
  const counter = new LineCounter()
  // Keys are names here, never numbers or maps; the library's own excerpts of the file are left to the editor.
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, stringKeys: true, version: '1.2' })
  const at = (offset: number): Position => {
    const { line, col } = counter.linePos(offset)
    return { line, column: col }
  }
  // A warning is an unknown tag or directive: not understood either.
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    throw notYaml(file, at(problem.pos[0]), problem.message)
  }
  return toValue(document.contents, { document, file, at, depth: 0 })
}

function notYaml(file: string, place: Position, what: string): UserError {
  return new UserError('BAD_PROJECT_FILE', `this is not YAML: ${what.replace(/\.?$/, '.')}`, {
    hint: 'Indent blocks with blanks, write lists as [a, b], and put a text with special characters in quotes.',
    place: { file, key: '', ...place },
  })
}

interface Reading {
  readonly document: Document.Parsed
  readonly file: string
  readonly at: (offset: number) => Position
  readonly depth: number
}

// Deeper than any key of ours is; an alias may contain itself.
const deepest = 8

function toValue(node: ParsedNode | null, reading: Reading): YamlValue {
  const place = reading.at(node?.range[0] ?? 0)
  if (node === null || reading.depth > deepest) return { kind: 'nothing', place }
  const inner = { ...reading, depth: reading.depth + 1 }
  if (isAlias(node)) {
    const target = node.resolve(reading.document)
    if (target === undefined) throw notYaml(reading.file, place, `there is no &${node.source} for *${node.source}`)
    return { ...toValue(target as ParsedNode, inner), place }
  }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => ({
      key: isScalar(key) ? String(key.value) : '',
      place: reading.at(key.range[0]),
      value: value === null ? { kind: 'nothing' as const, place: reading.at(key.range[0]) } : toValue(value, inner),
    }))
    return { kind: 'map', place, entries }
  }
  if (isSeq(node)) return { kind: 'list', place, items: node.items.map((item) => toValue(item, inner)) }
  if (!isScalar(node)) return { kind: 'nothing', place }
  const { value } = node
  if (typeof value === 'boolean') return { kind: 'flag', place, flag: value }
  if (value === null || value === undefined) return { kind: 'nothing', place }
  return { kind: 'text', place, text: typeof value === 'string' ? value : (node.source ?? '') }
}
