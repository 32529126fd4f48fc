import { failingKinds } from '../src/console/kinds.ts'
import type { RunFacts } from '../src/console/judgement.ts'
import { createConsoleReader, type ConsoleFacts } from '../src/console/recognise.ts'
import { failingReports } from '../src/console/verdict.ts'

export function readConsole(...lines: readonly string[]): ConsoleFacts {
  const reader = createConsoleReader()
  for (const line of lines) reader.read(line)
  return reader.facts()
}

/** Of a guest that became ready and was given no command yet, apart from `change`; every report counts that does by default. */
export function runFacts(change: Partial<RunFacts>): RunFacts {
  const facts: RunFacts = {
    console: readConsole('Linux version 6.12.1 (x)'),
    failing: [],
    ready: true,
    agentFailure: undefined,
    command: undefined,
    limit: undefined,
    silentMs: undefined,
    guestPanicked: false,
    shutdown: undefined,
    qemu: undefined,
    ...change,
  }
  return {
    ...facts,
    failing: failingReports(facts.console.reports, {
      failOn: failingKinds,
      allowed: [],
      kunit: facts.kunit && { results: facts.kunit, ownLines: Infinity },
    }),
  }
}
