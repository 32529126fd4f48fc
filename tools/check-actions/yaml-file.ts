import { isScalar, LineCounter, parseDocument, type Document } from 'yaml'

/** What is at a place of a file and must not be. */
export interface Problem {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly message: string
}

/** Keys and indexes that lead to a value. */
export type Path = readonly (string | number)[]

/** A parsed YAML text that knows where its values are. */
export interface YamlFile {
  readonly file: string
  readonly value: unknown
  problem(path: Path, message: string): Problem
  /** The comment after a value, without its `#`. */
  commentAt(path: Path): string | undefined
}

export interface YamlText {
  readonly file: string
  readonly text: string
  /** Line of the file that the text begins in; default 1. */
  readonly firstLine?: number
}

/** Parses, or says in a problem why not. */
export function readYamlFile({ file, text, firstLine = 1 }: YamlText): YamlFile | Problem {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, version: '1.2' })
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line + firstLine - 1
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) return { file, line: lineOf(error.pos[0]), message: `not YAML: ${error.message}` }
  return {
    file,
    value: document.toJS() as unknown,
    problem: (path, message) => ({ file, line: lineOf(offsetOf(document, path)), message }),
    commentAt: (path) => {
      const node = document.getIn(path, true)
      return isScalar(node) ? node.comment?.trim() : undefined
    },
  }
}

/** Of the value, else of the nearest one around it. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] | null } | undefined
    if (node?.range) return node.range[0]
  }
  return 0
}

/** The entries of a map; none for anything else. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

export function valueOf(map: unknown, key: string): unknown {
  return entriesOf(map).find(([name]) => name === key)?.[1]
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Every text below a value, with the path to it. */
export function* textsBelow(value: unknown, path: Path = []): Generator<{ readonly text: string; readonly path: Path }> {
  if (typeof value === 'string') yield { text: value, path }
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsBelow(item, [...path, index])
  else for (const [key, item] of entriesOf(value)) yield* textsBelow(item, [...path, key])
}
