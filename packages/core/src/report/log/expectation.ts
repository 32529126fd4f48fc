import type { KernelReport } from '../report.ts'

/** What is expected of a log, a paragraph for each report: place, kind, function and task, title, and the calls of the trace. */
export function renderExpectation(reports: readonly KernelReport[]): string {
  return reports.map(renderExpected).join('\n')
}

function renderExpected(report: KernelReport): string {
  const place = report.source === undefined ? '' : ` ${report.source}:${report.line ?? 0}`
  return [
    `${report.startLine}-${report.endLine} ${report.kind} ${report.function ?? '-'}${place} by ${report.process ?? '-'}`,
    report.title,
    ...report.trace.map((frame) => `  ${frame.function}`),
    '',
  ].join('\n')
}

/** The lines of the reports that differ, `-` expected and `+` found; none when all is as expected. */
export function compareExpectation(expected: string, found: string): readonly string[] {
  const [wanted, seen] = [paragraphs(expected), paragraphs(found)]
  const differences: string[] = []
  for (let at = 0; at < Math.max(wanted.length, seen.length); at += 1) {
    if (wanted[at] === seen[at]) continue
    differences.push(...marked('-', wanted[at]), ...marked('+', seen[at]))
  }
  return differences
}

function paragraphs(text: string): readonly string[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trimEnd())
    .filter((paragraph) => paragraph !== '')
}

function marked(mark: string, paragraph: string | undefined): readonly string[] {
  return paragraph === undefined ? [] : paragraph.split('\n').map((line) => `${mark} ${line}`)
}
