import { allowDocument, exitStatus, type Judgement } from '@kernelkit/core/console'
import { reportDocument } from '@kernelkit/core/report'
import { evidenceDocument, type EvidencePaths } from '../../evidence/evidence-paths.ts'
import type { EndedVm } from '../guest.ts'
import type { PreparedVm } from '../prepare-vm.ts'
import { planDocument } from './render-outcome.ts'

interface EndedBoot {
  readonly prepared: PreparedVm
  readonly ended: EndedVm
  readonly judgement: Judgement<string>
}

/** The JSON document of a guest that ran no command of ours, once it is known where its evidence is. */
export function bootDocument({ prepared, ended, judgement }: EndedBoot): (evidence: EvidencePaths) => Readonly<Record<string, unknown>> {
  const { plan, request } = prepared
  return (evidence) => ({
    verdict: judgement.verdict,
    exitCode: exitStatus(judgement, plan.vm.status),
    what: judgement.what,
    accel: plan.accel.accel,
    accelReason: plan.accel.reason,
    seconds: { total: ended.seconds.total },
    reports: ended.reports.map(reportDocument),
    allowed: allowDocument(ended.allowed),
    console: request.consolePath,
    ...planDocument(plan),
    evidence: evidenceDocument(evidence),
  })
}
