import { join, resolve } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import { writeFor } from '@kernelkit/core/options'
import type { FinishedRun } from '@kernelkit/vm/internal'
import type { BaseResult } from '../base/base-result.ts'
import type { BootRequest } from '../inputs.ts'
import { annotateReport, annotateTests } from './report-annotations.ts'
import { sourceFinder } from './find-source.ts'
import { renderSummary } from './summary.ts'

export interface RunToReport {
  readonly action: Action
  readonly request: BootRequest
  readonly finished: FinishedRun
  readonly base: BaseResult | string
}

/** Log, annotations, summary and outputs of a run; the step fails unless it passed. */
export async function reportRun({ action, request, finished, base }: RunToReport): Promise<void> {
  const { host, workspace } = action
  const { outcome, prepared } = finished
  const { judgement, reports, failing, results } = outcome
  const hint = judgement.hint
  const { plan, place } = prepared
  for (const line of [...finished.paragraph, finished.verdictLine]) host.log.info(line)

  const findSource = sourceFinder(host, { workspace, tree: plan.kernel.sourceTree })
  for (const report of reports)
    action.annotate(await annotateReport(report, { level: failing.includes(report) ? 'error' : 'notice', findSource }))
  if (results !== undefined) for (const annotation of await annotateTests(results, findSource)) action.annotate(annotation)

  action.summarise(
    renderSummary({
      name: plan.vm.name ?? 'boot-vm',
      verdict: judgement.verdict,
      what: judgement.what,
      hint,
      seconds: secondsOf(finished),
      facts: [
        ['acceleration', `${plan.accel.accel} (${plan.accel.reason})`],
        ['kernel', `${plan.kernel.release} (${plan.arch.name})`],
        ['root', writeFor(plan.root.shown, plan.vm.reader)],
        ['machine', `${plan.machine.machine}, ${plan.launch.cpus} CPUs, ${plan.launch.memoryMiB} MiB`],
        ['files', request.artifacts],
      ],
      results,
      reports,
      base,
    }),
  )
  setRunOutputs(action, { request, finished, name: place.name })
  if (judgement.verdict === 'pass') return
  action.fail(`${judgement.what}${hint === undefined ? '' : `\nHint: ${hint}`}`, {
    title: `${plan.vm.name ?? 'boot-vm'}: ${judgement.verdict}`,
  })
}

function setRunOutputs(
  action: Action,
  { request, finished, name }: { readonly request: BootRequest; readonly finished: FinishedRun; readonly name: string },
): void {
  const { outcome, prepared, paths, exitCode } = finished
  const artifacts = resolve(action.host.cwd, request.artifacts)
  action.setOutputs({
    verdict: outcome.judgement.verdict,
    'exit-code': exitCode,
    accel: prepared.plan.accel.accel,
    console: join(artifacts, 'console.log'),
    junit: paths.junit ?? join(artifacts, 'junit.xml'),
    artifacts,
    'boot-seconds': outcome.seconds.ready?.toFixed(3),
    name: prepared.plan.vm.keep ? name : undefined,
  })
}

/** Each part of a run in seconds, in the order in which they come. */
export function secondsOf({ prepared, outcome }: FinishedRun): Readonly<Record<string, number | undefined>> {
  const { start, kernel, userspace, ready, command, total } = outcome.seconds
  return { probe: prepared.plan.accel.probeSeconds, start, kernel, userspace, ready, command, total }
}
