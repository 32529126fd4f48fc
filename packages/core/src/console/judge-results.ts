import { message, option, type Message } from '../errors/index.ts'
import { describeResults, isBad, isGood, testAtLine, pathName, type KtapResults } from '../ktap/index.ts'
import type { KernelReport } from './recognise.ts'
import { describe, judgeFlood, verdict, type Judgement, type RunFacts } from './judgement.ts'

/** Results that must not pass: a failed one, or a plan that was not kept. */
export function hasFailed(results: KtapResults): boolean {
  return !isGood(results) || !results.finished
}

/** A command that exited with status 0 although its results say otherwise. */
export function judgeStream(results: KtapResults): Judgement {
  const what = `the command exited with status 0, but of its ${results.streams[0]?.protocol ?? 'TAP or KTAP'} results: ${describeResults(results)}.`
  return {
    verdict: 'fail',
    exitCode: 1,
    what,
    hint: hintOf(results, message`Leave ${option('format')} out if the command prints no TAP or KTAP.`),
  }
}

/** The KUnit suites inside the kernel ran, or could not. */
export function judgeKunit(facts: RunFacts, results: KtapResults): Judgement {
  const [first, ...others] = facts.failing
  if (hasFailed(results)) {
    const reported = first === undefined ? '' : ` The kernel reported: ${describe(first)}.`
    const hint = hintOf(results, 'Configure a suite with =y: only those that are built in run by themselves.')
    return { verdict: 'fail', exitCode: 1, what: `KUnit: ${describeResults(results)}.${reported}`, hint }
  }
  if (first === undefined && facts.console.omitted > 0) return judgeFlood(facts.console)
  if (first === undefined) return verdict('pass', `KUnit: ${describeResults(results)}.`, undefined)
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return verdict(
    'splat',
    `KUnit passed (${describeResults(results)}), but outside of its tests the kernel reported: ${describe(first)}${more}.`,
    message`List known reports in a file and name it with ${option('allow')}.`,
  )
}

function hintOf(results: KtapResults, ofNone: Message): Message | undefined {
  if (results.status === 'no-results') return ofNone
  if (results.status === 'no-tests') return 'Check that the pattern matches a suite: an empty plan (1..0) does not count as a pass.'
  return undefined
}

/** The KUnit test in whose lines a report is, and whether the test is content with it. */
export function kunitTestOf(
  kunit: KtapResults,
  report: Pick<KernelReport, 'startLine'>,
): { readonly name: string; readonly passed: boolean; readonly endLine: number } | undefined {
  const found = testAtLine(kunit.tests, report.startLine)
  if (found === undefined) return undefined
  return { name: pathName(found), passed: !isBad(found.test), endLine: found.test.endLine }
}
