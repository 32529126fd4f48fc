import { junitSuites, prepareJunit, renderJunit, type JunitCase, type JunitOutcome, type JunitSuite } from '@kernelkit/core/ktap/junit'
import type { RunOutcome } from './run-command.ts'

export { prepareJunit }

// Readers show names in lists.
const longestName = 80

/** JUnit XML of a run: a suite per suite of its results, and the run itself as one test case, so that a panic is red too. */
export async function outcomeJunit({ outcome, title }: { readonly outcome: RunOutcome; readonly title: string }): Promise<string> {
  const line = title.replaceAll(/\s+/g, ' ').trim()
  const name = line.length > longestName ? `${line.slice(0, longestName - 1)}…` : line
  const { results, seconds } = outcome
  return renderJunit(
    [{ name: 'kernelkit run', seconds: seconds.total, cases: [runCase(outcome, 'kernelkit run', name)] }, ...resultSuites(results)],
    { name },
  )
}

/** One run among others in a document: what it was, and its results as suites of its name. */
export function outcomeSuites({ outcome, name }: { readonly outcome: RunOutcome; readonly name: string }): readonly JunitSuite[] {
  const inside = resultSuites(outcome.results).map((suite) => inSuite(suite, name))
  return [{ name, seconds: outcome.seconds.total, cases: [runCase(outcome, name, name)] }, ...inside]
}

function resultSuites(results: RunOutcome['results']): readonly JunitSuite[] {
  return results === undefined || results.status === 'no-results' ? [] : junitSuites(results, { name: 'results' })
}

function inSuite(suite: JunitSuite, outer: string): JunitSuite {
  const within = (name: string) => `${outer}.${name}`
  return { ...suite, name: within(suite.name), cases: suite.cases.map((one) => ({ ...one, classname: within(one.classname) })) }
}

function runCase(outcome: RunOutcome, classname: string, name: string): JunitCase {
  return {
    name,
    classname,
    seconds: outcome.seconds.total,
    outcome: runOutcome(outcome),
    output: [],
  }
}

function runOutcome({ judgement, facts, reports, results, command }: RunOutcome): JunitOutcome | undefined {
  const { verdict, what, hint } = judgement
  // A failed result is red in its own place; the run did what it should.
  const isByResults = verdict === 'fail' && results !== undefined && results.status !== 'no-results' && (command?.exitCode ?? 0) === 0
  if (verdict === 'pass' || isByResults) return undefined
  const text = [
    what,
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    ...reports.map(({ title, source, line }) => `report: ${title}${source === undefined ? '' : ` (${source}:${line ?? 0})`}`),
    ...(facts.tail.length === 0 ? [] : ['', `last ${facts.tail.length} lines of the console:`, ...facts.tail]),
  ]
  return { kind: verdict === 'fail' ? 'failure' : 'error', type: verdict, message: `${verdict}: ${what}`, text }
}
