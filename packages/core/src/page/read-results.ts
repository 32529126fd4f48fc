import { UserError } from '../errors/index.ts'
import { listAt, damaged, objectAt, textAt, type Fields } from './fields.ts'
import type { PageCell, PageRow, PageRun, ResultsPage } from './page.ts'
import { kindOf, readRun, readVerdict } from './read-run.ts'

/** A document of results, and what it is called: the path of its file below the directory that was named. */
export interface NamedDocument {
  readonly name: string
  readonly document: unknown
}

// What this version writes and reads; documents without a number are of version 1.
const newest = 1

/**
 * Documents of `run --json`, `test --json` and `matrix --json` as one page. Throws `BAD_RESULTS` for what is damaged, with the place in
 * the document, and `RESULTS_NEWER` for what a later version has written.
 */
export function readResultsPage(documents: readonly NamedDocument[], title: string): ResultsPage {
  const read = documents.flatMap(({ name, document }) => readDocument(objectAt(document, name), name))
  const columns = [...new Set(read.map(({ column }) => column))]
  const rows = new Map<string, (PageCell | undefined)[]>()
  for (const [index, run] of read.entries()) {
    const column = columns.indexOf(run.column)
    const put = (name: string, cell: PageCell) => {
      const cells = rows.get(name) ?? columns.map(() => undefined)
      // A second run in the same column: the one that failed is shown.
      if (cells[column] === undefined || cell.kind === 'fail') cells[column] = cell
      rows.set(name, cells)
    }
    put(run.name, { state: run.verdict, kind: run.kind, seconds: run.seconds, run: index, baseline: run.baseline })
    for (const { name, state, seconds } of run.results)
      put(`${run.name} › ${name}`, { state, kind: kindOf(state), seconds, run: index, baseline: undefined })
  }
  return {
    title,
    verdict: overall(documents, read),
    columns,
    rows: [...rows].map(([name, cells]): PageRow => ({ name, cells })),
    runs: read.map(({ results: _results, omitted: _omitted, baseline: _baseline, ...run }): PageRun => run),
    omitted: read.reduce((sum, { omitted }) => sum + omitted, 0),
  }
}

type ReadRun = ReturnType<typeof readRun> & { readonly baseline: string | undefined }

function readDocument(document: Fields, where: string): readonly ReadRun[] {
  // `format` is that of results.json, which `kernelkit merge` reads too.
  const version = document['version'] ?? document['format']
  if (version !== undefined && version !== newest)
    throw new UserError(
      'RESULTS_NEWER',
      `${where} is of version ${JSON.stringify(version)?.slice(0, 20)}; this version of kernelkit reads version ${newest}.`,
      { hint: 'Use the version of kernelkit that wrote it.', details: { where } },
    )
  const key = ['tests', 'cells', 'results'].find((name) => Array.isArray(document[name]))
  if (key === undefined)
    return [{ ...readRun(document, { where, name: nameOfRun(document, where), column: undefined }), baseline: undefined }]
  const novelty = readBaseline(document['baseline'], `${where}.baseline`)
  return listAt(document[key], `${where}.${key}`).map((entry, index) => {
    const place = `${where}.${key}[${index}]`
    const outer = objectAt(entry, place)
    const test = outer['document'] === undefined ? outer : objectAt(outer['document'], `${place}.document`)
    const name = textAt(test['name'], `${place}.name`)
    if (name === undefined) throw damaged(`${place}.name`, 'a text', test['name'])
    const cell = test['cell'] === undefined ? undefined : readCell(objectAt(test['cell'], `${place}.cell`), `${place}.cell`)
    return { ...readRun(test, { where: place, name: cell?.test ?? name, column: cell?.column }), baseline: novelty.get(name) }
  })
}

/** Where a test ran, as the column of the table: its kernel, and what else differs. */
function readCell(cell: Fields, where: string): { readonly test: string | undefined; readonly column: string | undefined } {
  const text = (name: string) => textAt(cell[name], `${where}.${name}`)
  const parts = [text('kernel'), text('config'), text('root')].filter((part) => part !== undefined)
  return { test: text('test'), column: parts.length === 0 ? undefined : parts.join(', ') }
}

/** Names of the tests that differ from a baseline, and of those whose failure is known. */
function readBaseline(value: unknown, where: string): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map()
  const document = objectAt(value, where)
  return new Map(
    ['new', 'known', 'fixed'].flatMap((kind) =>
      listAt(document[kind], `${where}.${kind}`).flatMap((name) => (typeof name === 'string' ? [[name, kind] as const] : [])),
    ),
  )
}

function nameOfRun(document: Fields, where: string): string {
  if (document['verdict'] === undefined)
    throw damaged(`${where}.verdict`, 'the verdict of a run, or the tests of a document of test', undefined)
  return textAt(document['name'], `${where}.name`) ?? where
}

function overall(documents: readonly NamedDocument[], runs: readonly ReadRun[]): string {
  const [only] = documents
  if (only !== undefined && documents.length === 1) {
    const { verdict } = objectAt(only.document, only.name)
    if (verdict !== undefined) return readVerdict(verdict, only.name)
  }
  const failed = runs.find(({ kind }) => kind === 'fail')
  return failed?.verdict ?? (runs.length === 0 ? 'not run' : 'pass')
}
