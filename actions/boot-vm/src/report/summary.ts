import { escapeCell, renderTable } from '@kernelkit/action-kit'
import { badTests, failurePlace, pathName, renderCounts, type KtapResults } from '@kernelkit/core/ktap'
import { renderFrame, renderOwners, type KernelReport } from '@kernelkit/core/report'
import type { BaseResult } from '../base/base-result.ts'

const mostTests = 50

/** One VM's run, as its summary shows it. */
export interface RunSummary {
  readonly name: string
  readonly verdict: string
  readonly what: string
  readonly hint: string | undefined
  /** In the order of the table; absent for a part that was not reached. */
  readonly seconds: Readonly<Record<string, number | undefined>>
  /** Acceleration, kernel, root and the like. */
  readonly facts: readonly (readonly [name: string, value: string])[]
  readonly results: KtapResults | undefined
  readonly reports: readonly KernelReport[]
  /** Of the base branch, or why there is none. */
  readonly base: BaseResult | string
}

/** The run in Markdown: verdict, seconds next to those of the base branch, tests, reports, what to try next. */
export function renderSummary(run: RunSummary): string {
  const { name, verdict, what, hint, facts } = run
  return [
    `### ${verdict === 'pass' ? '✅' : '❌'} ${escapeCell(name)}: ${verdict}`,
    escapeCell(what),
    renderTable(['', ''], facts),
    renderSeconds(run),
    ...renderTests(run.results),
    ...run.reports.map(renderReport),
    ...(hint === undefined || verdict === 'pass' ? [] : [`**Next:** ${escapeCell(hint)}`]),
  ].join('\n\n')
}

function renderSeconds({ seconds, base }: RunSummary): string {
  const show = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(2))
  const rows = Object.entries(seconds)
  if (typeof base === 'string') {
    const table = renderTable(
      ['seconds', ''],
      rows.map(([part, value]) => [part, show(value)]),
    )
    return `${table}\n\n${escapeCell(base)}`
  }
  const table = renderTable(
    ['seconds', 'this run', `base (${base.sha.slice(0, 12)})`, 'change'],
    rows.map(([part, value]) => [part, show(value), show(base.seconds[part]), renderChange(value, base.seconds[part])]),
  )
  return `${table}\n\nBoot time: ${show(seconds['ready'])} s, ${renderChange(seconds['ready'], base.seconds['ready'])} against the base branch.`
}

/** `+12 %`; seconds of less than a hundredth say nothing. */
function renderChange(now: number | undefined, before: number | undefined): string {
  if (now === undefined || before === undefined || before < 0.01) return '–'
  const percent = Math.round((now / before - 1) * 100)
  return `${percent > 0 ? '+' : ''}${percent} %`
}

function renderTests(results: KtapResults | undefined): readonly string[] {
  if (results === undefined || results.status === 'no-results') return []
  const bad = badTests(results.tests)
  if (bad.length === 0) return [`Tests: ${renderCounts(results.counts)}`]
  const rows = bad.slice(0, mostTests).map((placed) => {
    const place = failurePlace(placed.test.diagnostics)
    return [
      pathName(placed),
      placed.test.status,
      place === undefined ? '' : `${place.source}:${place.line}`,
      placed.test.reason ?? place?.message ?? '',
    ]
  })
  const more = bad.length > mostTests ? `\n\n… and ${bad.length - mostTests} more` : ''
  return [`Tests: ${renderCounts(results.counts)}`, `${renderTable(['failed test', 'status', 'at', ''], rows)}${more}`]
}

/** Folded, its trace inside. */
export function renderReport(report: KernelReport): string {
  const place = report.source === undefined ? '' : ` (${report.source}:${report.line ?? 0})`
  const facts = [
    `console lines ${report.startLine}-${report.endLine}`,
    ...(report.process === undefined ? [] : [`process ${report.process}`]),
  ].join(', ')
  const owners = report.owners === undefined ? [] : [escapeCell(renderOwners(report.owners))]
  const trace = report.trace.map(renderFrame).join('\n')
  // Markup is not read inside <pre>; what could end it is escaped.
  return `<details><summary>${escapeHtml(`${report.kind}: ${report.title}${place}`)}</summary>\n\n${[escapeCell(facts), ...owners].join('\n\n')}\n\n<pre>\n${escapeHtml(trace)}\n</pre>\n</details>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
