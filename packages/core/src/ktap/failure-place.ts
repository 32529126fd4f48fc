/** Where a test failed, as its diagnostics tell. */
export interface FailurePlace {
  readonly source: string
  readonly line: number
  /** What was expected there, as far as it stands on the same line. */
  readonly message: string | undefined
}

// KUnit: `# name: EXPECTATION FAILED at lib/x.c:30`; kselftest_harness.h: `# x.c:30:name:Expected 1 (1) == a (2)`.
const kunit = /(EXPECTATION|ASSERTION) FAILED at (\S+?):(\d+)\s*$/
const harness = /^\s*# (\S+?\.[ch]):(\d+):\w+:\s*(\S.*)/

/** The first line among the diagnostics that names a place in a source file. */
export function failurePlace(diagnostics: readonly string[]): FailurePlace | undefined {
  for (const [index, text] of diagnostics.entries()) {
    const found = kunit.exec(text)
    if (found !== null) return { source: found[2] ?? '', line: Number(found[3]), message: diagnostics[index + 1]?.trim() }
    const [, source, line, message] = harness.exec(text.trimEnd()) ?? []
    // The harness prints a line for every failed expectation and for the signal that ended the test.
    if (source !== undefined && /^(?:Expected|Assert|Test )/i.test(message ?? '')) return { source, line: Number(line), message }
  }
  return undefined
}
