import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { renderExpectation } from './log/expectation.ts'
import type { KernelReport } from './report.ts'
import { createReportScanner } from './log/scanner.ts'

const golden = new URL('golden/', import.meta.url)
const formats = new URL('golden-formats/', import.meta.url)

function read(bytes: Uint8Array): readonly KernelReport[] {
  const reports: KernelReport[] = []
  const scanner = createReportScanner((report) => reports.push(report))
  scanner.write(bytes)
  scanner.end()
  return reports
}

/** `input`, packed where it is long. */
function inputOf(directory: URL): Uint8Array {
  const packed = new URL('input.gz', directory)
  return existsSync(packed) ? gunzipSync(readFileSync(packed)) : readFileSync(new URL('input', directory))
}

/**
 * Whole consoles of real guests and what is to be read from them; the tests in e2e/ that provoke these reports say what each must be.
 * Adding a case is adding a directory with `input`; `vitest -u` or `kernelkit report --expect` writes `expected`, to be read before it is believed.
 */
describe('the console of a real guest', () => {
  it.each(readdirSync(golden))('%s tells the reports that are expected of it', async (name) => {
    const reports = read(inputOf(new URL(`${name}/`, golden)))
    await expect(renderExpectation(reports)).toMatchFileSnapshot(new URL(`${name}/expected`, golden).pathname)
  })
})

/** What kernels print, written after their sources: architectures, shapes and loggers that no guest here provokes. Cases are added as above. */
describe('a log as kernels print it', () => {
  it.each(readdirSync(formats))('%s holds the reports that are expected of it', async (name) => {
    const reports = read(readFileSync(new URL(`${name}/input`, formats)))
    await expect(renderExpectation(reports)).toMatchFileSnapshot(new URL(`${name}/expected`, formats).pathname)
  })
})
