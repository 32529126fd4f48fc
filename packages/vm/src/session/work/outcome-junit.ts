import { junitSuites, prepareJunit, renderJunit, type JunitCase, type JunitOutcome, type JunitSuite } from '@kernelkit/core/ktap/junit'
import { stripVTControlCharacters } from 'node:util'
import type { RunOutcome } from './run-command.ts'
import type { SeenEnd, SeenEnds } from './seen-stream.ts'

export { prepareJunit }

// Readers show names in lists.
const longestName = 80

/** A run, and the end of what its command wrote. */
interface SeenRun {
  readonly outcome: RunOutcome
  readonly ends: SeenEnds
}

/** JUnit XML of a run: a suite per suite of its results, and the run itself as one test case, so that a panic is red too. */
export async function outcomeJunit({ outcome, ends, title }: SeenRun & { readonly title: string }): Promise<string> {
  const line = title.replaceAll(/\s+/g, ' ').trim()
  const name = line.length > longestName ? `${line.slice(0, longestName - 1)}…` : line
  const { results, seconds } = outcome
  return renderJunit(
    [
      { name: 'kernelkit run', seconds: seconds.total, cases: [runCase({ outcome, ends }, 'kernelkit run', name)] },
      ...resultSuites(results),
    ],
    { name },
  )
}

/** One run among others in a document: what it was, and its results as suites of its name. */
export function outcomeSuites({ outcome, ends, name }: SeenRun & { readonly name: string }): readonly JunitSuite[] {
  const inside = resultSuites(outcome.results).map((suite) => inSuite(suite, name))
  return [{ name, seconds: outcome.seconds.total, cases: [runCase({ outcome, ends }, name, name)] }, ...inside]
}

function resultSuites(results: RunOutcome['results']): readonly JunitSuite[] {
  return results === undefined || results.status === 'no-results' ? [] : junitSuites(results, { name: 'results' })
}

function inSuite(suite: JunitSuite, outer: string): JunitSuite {
  const within = (name: string) => `${outer}.${name}`
  return { ...suite, name: within(suite.name), cases: suite.cases.map((one) => ({ ...one, classname: within(one.classname) })) }
}

function runCase({ outcome, ends }: SeenRun, classname: string, name: string): JunitCase {
  return {
    name,
    classname,
    seconds: outcome.seconds.total,
    outcome: runOutcome({ outcome, ends }),
    output: endLines(ends.stdout),
    errors: endLines(ends.stderr),
  }
}

/** Whole lines without what terminals act on; the first one says that more came before. */
function endLines({ text, omitted }: SeenEnd): readonly string[] {
  const lines = stripVTControlCharacters(text).replaceAll('\r\n', '\n').trimEnd().split('\n')
  if (lines.length === 1 && lines[0] === '') return []
  return omitted === 0 ? lines : [`… ${omitted} bytes before this`, ...lines]
}

// As many as of the console.
const mostLines = 40

function lastWords(name: string, end: SeenEnd): readonly string[] {
  const lines = endLines(end)
  const shown = lines.slice(-mostLines)
  return lines.length === 0 ? [] : ['', `${lines.length > shown.length ? `last ${shown.length} lines of ` : ''}its ${name}:`, ...shown]
}

function runOutcome({ outcome, ends }: SeenRun): JunitOutcome | undefined {
  const { judgement, facts, reports, results, command } = outcome
  const { verdict, what, hint } = judgement
  // A failed result is red in its own place; the run did what it should.
  const isByResults = verdict === 'fail' && results !== undefined && results.status !== 'no-results' && (command?.exitCode ?? 0) === 0
  if (verdict === 'pass' || isByResults) return undefined
  // A command that failed has printed why; the kernel's last lines say something only where it reported something.
  const tail = verdict === 'fail' && reports.length === 0 ? [] : facts.tail
  const text = [
    what,
    ...lastWords('stderr', ends.stderr),
    ...lastWords('stdout', ends.stdout),
    '',
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    ...reports.map(({ title, source, line }) => `report: ${title}${source === undefined ? '' : ` (${source}:${line ?? 0})`}`),
    ...(tail.length === 0 ? [] : ['', `last ${tail.length} lines of the console:`, ...tail]),
  ]
  return {
    kind: verdict === 'fail' ? 'failure' : 'error',
    type: verdict,
    message: `${verdict}: ${what}`,
    text: text.join('\n').trimEnd().split('\n'),
  }
}
