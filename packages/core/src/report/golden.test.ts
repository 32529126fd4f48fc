import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { KernelReport } from './report.ts'
import { createReportScanner } from './scanner.ts'

const golden = new URL('golden/', import.meta.url)

function read(bytes: Uint8Array): readonly KernelReport[] {
  const reports: KernelReport[] = []
  const scanner = createReportScanner((report) => reports.push(report))
  scanner.write(bytes)
  scanner.end()
  return reports
}

/** A paragraph each, so that a change shows what changed. */
function render(report: KernelReport): string {
  const place = report.source === undefined ? '' : ` ${report.source}:${report.line ?? 0}`
  return [
    `${report.startLine}-${report.endLine} ${report.kind} ${report.function ?? '-'}${place} by ${report.process ?? '-'}`,
    report.title,
    ...report.trace.map((frame) => `  ${frame.function}`),
    '',
  ].join('\n')
}

/**
 * Whole consoles of real guests and what is to be read from them; the tests in e2e/ that provoke these reports say what each must be.
 * Adding a case is adding a folder with `input`; `vitest -u` writes `expected`, to be read before it is believed.
 */
describe('the console of a real guest', () => {
  it.each(readdirSync(golden))('%s tells the reports that are expected of it', async (name) => {
    const reports = read(readFileSync(new URL(`${name}/input`, golden)))
    await expect(reports.map(render).join('\n')).toMatchFileSnapshot(new URL(`${name}/expected`, golden).pathname)
  })
})
