import type { JunitCase, JunitOutcome, JunitSuite } from './junit.ts'

const xmlLibrary = () => import('fast-xml-builder')

/** Loads the XML library before the first report needs it: a caller that waits for a guest anyway saves the time. */
export async function prepareJunit(): Promise<void> {
  await xmlLibrary()
}

/** JUnit XML as Jenkins (junit-10.xsd of its xunit plugin) and Surefire (surefire-test-report-3.0.xsd) both take it. */
export async function renderJunit(suites: readonly JunitSuite[], { name }: { readonly name: string }): Promise<string> {
  const { default: XmlBuilder } = await xmlLibrary()
  const builder = new XmlBuilder({
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    // An attribute whose value is the word "true" would lose it.
    suppressBooleanAttributes: false,
  })
  const cases = suites.flatMap((suite) => suite.cases)
  const document = {
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    testsuites: {
      '@_name': clean(name),
      ...totals(cases),
      '@_time': seconds(suites.reduce((sum, suite) => sum + timeOf(suite), 0)),
      testsuite: suites.map((suite) => ({
        '@_name': clean(suite.name),
        ...totals(suite.cases),
        '@_skipped': String(countOf(suite.cases, 'skipped')),
        '@_time': seconds(timeOf(suite)),
        testcase: suite.cases.map(renderCase),
      })),
    },
  }
  const text: unknown = builder.build(document)
  return `${String(text).trimEnd()}\n`
}

function totals(cases: readonly JunitCase[]): Readonly<Record<string, string>> {
  return {
    '@_tests': String(cases.length),
    '@_failures': String(countOf(cases, 'failure')),
    '@_errors': String(countOf(cases, 'error')),
  }
}

function countOf(cases: readonly JunitCase[], kind: string): number {
  return cases.filter(({ outcome }) => outcome?.kind === kind).length
}

function timeOf(suite: JunitSuite): number {
  return suite.seconds ?? suite.cases.reduce((sum, one) => sum + (one.seconds ?? 0), 0)
}

function renderCase({
  name,
  classname,
  seconds: time,
  outcome,
  output,
  errors = [],
  others = [],
}: JunitCase): Readonly<Record<string, unknown>> {
  return {
    '@_name': clean(name),
    '@_classname': clean(classname),
    '@_time': seconds(time ?? 0),
    ...(outcome === undefined
      ? {}
      : {
          [outcome.kind]: {
            // Surefire knows only the message of a skipped test.
            ...(outcome.kind === 'skipped' ? {} : { '@_type': outcome.type }),
            '@_message': clean(outcome.message),
            ...bodyOf(outcome),
          },
        }),
    ...otherRuns(others, outcome === undefined ? 'flaky' : 'rerun'),
    ...(output.length === 0 ? {} : { 'system-out': clean(output.join('\n')) }),
    ...(errors.length === 0 ? {} : { 'system-err': clean(errors.join('\n')) }),
  }
}

/** `flakyFailure`, `rerunError`, …: surefire-test-report-3.0.xsd has them for tests that were run again, and so has junit-10.xsd. */
function otherRuns(others: readonly JunitOutcome[], prefix: 'flaky' | 'rerun'): Readonly<Record<string, unknown>> {
  const ofKind = (kind: 'failure' | 'error') =>
    others
      .filter((other) => other.kind === kind)
      .map(({ type, message, text }) => ({
        '@_type': type,
        '@_message': clean(message),
        stackTrace: clean([message, ...text].join('\n')),
      }))
  // In the order of the schema.
  const elements = [[`${prefix}Failure`, ofKind('failure')] as const, [`${prefix}Error`, ofKind('error')] as const]
  return Object.fromEntries(elements.filter(([, list]) => list.length > 0))
}

/** Viewers show the body and not the message: a failure without diagnostics has its message there. */
function bodyOf({ kind, type, text, message }: JunitOutcome): Readonly<Record<string, string>> {
  const lines = text.length === 0 && kind !== 'skipped' ? [message === '' ? type : message] : text
  return lines.length === 0 ? {} : { '#text': `\n${clean(lines.join('\n'))}\n` }
}

// At most three decimals: the schema's pattern for times knows no exponent.
function seconds(value: number): string {
  return value.toFixed(3)
}

// XML 1.0, production Char: what is no character of it cannot be escaped either. DEL, C1, line separators and marks of direction do something to a
// terminal or to the order in which a text is read.
const noCharacter = /[^\t\n\r\u0020-\u007E\u00A0-\u2027\u202F-\u2065\u206A-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

function clean(text: string): string {
  return text.replaceAll(noCharacter, '\uFFFD')
}
