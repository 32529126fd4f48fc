import type { Verdict } from '../console/index.ts'
import { UserError, nearestName } from '../errors/index.ts'
import { quoteArgv } from '../shell/index.ts'
import { listAt, numberAt, objectAt, textAt, type Fields } from './fields.ts'
import type { CellKind, PageReport, PageResult, PageRun } from './page.ts'

const isVerdict: Readonly<Record<Verdict, true>> = {
  pass: true,
  fail: true,
  'vm-lost': true,
  'boot-fail': true,
  panic: true,
  splat: true,
  hang: true,
  timeout: true,
  'build-fail': true,
  'config-fail': true,
  'infra-fail': true,
}
const skipped: readonly string[] = ['skip', 'todo', 'xfail', 'no-tests']
const otherStates: readonly string[] = ['flaky', 'interrupted', 'crashed', 'not run', ...skipped]

/** Which colour a verdict or the status of a result has. */
export function kindOf(state: string): CellKind {
  if (state === 'pass' || state === 'flaky') return 'pass'
  if (skipped.includes(state)) return 'skip'
  return state === 'not run' || state === 'interrupted' ? 'none' : 'fail'
}

/** A verdict of this version. Throws `RESULTS_NEWER` for one that is not known. */
export function readVerdict(value: unknown, where: string): string {
  const text = textAt(value, `${where}.verdict`)
  if (text === undefined) return 'not run'
  const known: readonly string[] = [...Object.keys(isVerdict), ...otherStates]
  if (known.includes(text)) return text
  const near = nearestName(text, known)
  throw new UserError('RESULTS_NEWER', `${where} has the verdict '${text.slice(0, 60)}', which this version does not know.`, {
    hint: `Use the version of kernelkit that wrote it${near === undefined ? '' : `, or correct it to ${near} if it was edited`}.`,
    details: { where, seen: text.slice(0, 200) },
  })
}

/** The document of one run: what `run --json` prints, an entry of `tests` of `test --json`, `result.json` of the evidence. */
export function readRun(
  document: Fields,
  { where, name, column }: { readonly where: string; readonly name: string; readonly column: string | undefined },
): PageRun & { readonly results: readonly PageResult[]; readonly omitted: number } {
  const verdict = readVerdict(document['verdict'], where)
  const kernel = document['kernel'] === undefined || document['kernel'] === null ? {} : objectAt(document['kernel'], `${where}.kernel`)
  const evidence =
    document['evidence'] === undefined || document['evidence'] === null ? {} : objectAt(document['evidence'], `${where}.evidence`)
  const seconds = document['seconds'] === undefined || document['seconds'] === null ? {} : objectAt(document['seconds'], `${where}.seconds`)
  const error = document['error'] === undefined || document['error'] === null ? undefined : objectAt(document['error'], `${where}.error`)
  const results = readResults(document['results'], `${where}.results`)
  const text = (key: string) => textAt(document[key], `${where}.${key}`)
  const release = textAt(kernel['release'], `${where}.kernel.release`)
  const replay = textAt(evidence['replay'], `${where}.evidence.replay`)
  const machine = listAt(document['decisions'], `${where}.decisions`).filter((line): line is string => typeof line === 'string')
  return {
    name,
    column: column ?? release ?? 'no kernel',
    verdict,
    kind: kindOf(verdict),
    what:
      text('what') ??
      (error === undefined
        ? ''
        : `${textAt(error['code'], `${where}.error.code`) ?? ''}: ${textAt(error['message'], `${where}.error.message`) ?? ''}`),
    hint: text('hint') ?? (error === undefined ? undefined : textAt(error['hint'], `${where}.error.hint`)),
    seconds: numberAt(seconds['total'], `${where}.seconds.total`),
    facts: machine.map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
    reports: listAt(document['reports'], `${where}.reports`).map((one, index) =>
      readReport(objectAt(one, `${where}.reports[${index}]`), `${where}.reports[${index}]`),
    ),
    failures: results.results.filter(({ state, isSuite }) => !isSuite && kindOf(state) === 'fail').map(({ failure }) => failure),
    files: {
      directory: textAt(evidence['directory'], `${where}.evidence.directory`),
      console: text('console'),
      timed: textAt(evidence['consoleTimed'], `${where}.evidence.consoleTimed`),
      stdout: text('stdout'),
      stderr: text('stderr'),
    },
    // A cell of a matrix says how it is run again, on a kernel that is made first where it has to be.
    replay: text('again') ?? (replay === undefined ? undefined : quoteArgv(['sh', replay])),
    ...results,
  }
}

function readReport(report: Fields, where: string): PageReport {
  const source = textAt(report['source'], `${where}.source`)
  return {
    title: textAt(report['title'], `${where}.title`) ?? '',
    kind: textAt(report['kind'], `${where}.kind`) ?? 'other',
    place: source === undefined ? undefined : `${source}:${numberAt(report['line'], `${where}.line`) ?? 0}`,
    task: textAt(report['process'], `${where}.process`),
    startLine: numberAt(report['startLine'], `${where}.startLine`) ?? 0,
    trace: listAt(report['trace'], `${where}.trace`).map((one, index) =>
      readFrame(objectAt(one, `${where}.trace[${index}]`), `${where}.trace[${index}]`),
    ),
  }
}

function readFrame(frame: Fields, where: string): string {
  const offset = numberAt(frame['offset'], `${where}.offset`)
  const source = textAt(frame['source'], `${where}.source`)
  const at = offset === undefined ? '' : `+0x${offset.toString(16)}`
  const place = source === undefined ? '' : ` (${source}:${numberAt(frame['line'], `${where}.line`) ?? 0})`
  return `${textAt(frame['function'], `${where}.function`) ?? '?'}${at}${place}${frame['inlined'] === true ? ' [inlined]' : ''}`
}

// A person reads no longer table; the document has all results.
const mostResults = 20_000
// As deep as any stream that the reader of KTAP takes.
const deepest = 32
const mostLines = 200

function readResults(value: unknown, where: string): { readonly results: readonly PageResult[]; readonly omitted: number } {
  if (value === undefined || value === null) return { results: [], omitted: 0 }
  const document = objectAt(value, where)
  const results: PageResult[] = []
  let omitted = numberAt(document['omitted'], `${where}.omitted`) ?? 0
  const visit = (list: unknown, path: readonly string[], at: string): void => {
    if (path.length > deepest) return
    for (const [index, entry] of listAt(list, at).entries()) {
      const place = `${at}[${index}]`
      const test = objectAt(entry, place)
      const name = textAt(test['name'], `${place}.name`) ?? ''
      const own = [...path, name === '' ? `(test ${numberAt(test['number'], `${place}.number`) ?? '?'}, never reported)` : name]
      const below = listAt(test['tests'], `${place}.tests`)
      if (results.length >= mostResults) omitted += 1
      else results.push(readResult(test, { place, name: own.join(' › '), isSuite: below.length > 0 }))
      visit(below, own, `${place}.tests`)
    }
  }
  visit(document['tests'], [], `${where}.tests`)
  return { results: results.filter(({ isSuite }) => !isSuite), omitted }
}

function readResult(
  test: Fields,
  { place, name, isSuite }: { readonly place: string; readonly name: string; readonly isSuite: boolean },
): PageResult {
  const lines = listAt(test['diagnostics'], `${place}.diagnostics`).filter((line): line is string => typeof line === 'string')
  return {
    name,
    isSuite,
    state: readVerdict(test['status'], place),
    seconds: numberAt(test['seconds'], `${place}.seconds`),
    failure: { name, reason: textAt(test['reason'], `${place}.reason`), lines: lines.slice(-mostLines) },
  }
}
