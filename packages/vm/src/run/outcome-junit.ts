import { junitSuites, renderJunit, type JunitCase, type JunitOutcome } from '@kernelkit/core/ktap'
import type { RunOutcome } from './run-command.ts'

// Readers show names in lists.
const longestName = 80

/** JUnit XML of a run: a suite per suite of its results, and the run itself as one test case, so that a panic is red too. */
export async function outcomeJunit({ outcome, title }: { readonly outcome: RunOutcome; readonly title: string }): Promise<string> {
  const { results, seconds } = outcome
  const line = title.replaceAll(/\s+/g, ' ').trim()
  const name = line.length > longestName ? `${line.slice(0, longestName - 1)}…` : line
  const suites = results === undefined || results.status === 'no-results' ? [] : junitSuites(results, { name: 'results' })
  return renderJunit([{ name: 'kernelkit run', seconds: seconds.total, cases: [runCase(outcome, name)] }, ...suites], { name })
}

function runCase(outcome: RunOutcome, name: string): JunitCase {
  return {
    name,
    classname: 'kernelkit run',
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
