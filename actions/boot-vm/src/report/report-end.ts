import { writeJudgement } from '@kernelkit/core/console'
import { join } from 'node:path'
import { escapeCell, type Action } from '@kernelkit/action-kit'
import type { KeptState } from '../kept-state.ts'
import type { KeptEnd } from '../shell/end-kept-vm.ts'
import { sourceFinder } from './find-source.ts'
import { annotateReport } from './report-annotations.ts'
import { renderReport } from './summary.ts'

/** The line of the log. A step that failed has reported that itself: the step still counts as failed here. */
export function describeSteps(name: string, { verdict, steps }: { readonly verdict: string } & Pick<KeptEnd, 'steps'>): string {
  const hasFailed = verdict === 'pass' && steps.failed > 0
  return `verdict of the steps in ${name}: ${hasFailed ? `fail (${steps.failed} of ${steps.all} failed)` : verdict}`
}

/** What became of a kept VM: nothing to say unless its kernel reported something, or it left before it was stopped. */
export async function reportEnd(action: Action, kept: KeptState, { judgement, reports, failing, steps }: KeptEnd): Promise<void> {
  const { verdict, what, hint } = writeJudgement(judgement, action.reader())
  action.host.log.info(describeSteps(kept.name, { verdict, steps }))
  const findSource = sourceFinder(action.host, { workspace: action.workspace, tree: kept.sourceTree })
  for (const report of reports)
    action.annotate(await annotateReport(report, { level: failing.includes(report) ? 'error' : 'notice', findSource }))
  if (verdict === 'pass' && reports.length === 0) return
  const summary = verdict === 'pass' ? 'the kernel reported nothing that fails a run.' : what
  action.summarise(
    [
      `### ${verdict === 'pass' ? '✅' : '❌'} ${escapeCell(kept.name)}, later steps: ${verdict}`,
      escapeCell(summary),
      ...reports.map(renderReport),
    ].join('\n\n'),
  )
  if (verdict === 'pass') return
  action.fail(
    [`in a later step: ${what}`, ...(hint === undefined ? [] : [`Hint: ${hint}`]), `console: ${join(kept.artifacts, 'console.log')}`].join(
      '\n',
    ),
    {
      title: `${kept.name}: ${verdict}`,
    },
  )
}
