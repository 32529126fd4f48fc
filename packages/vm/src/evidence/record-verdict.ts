import { UserError, errorDocument } from '@kernelkit/core/errors'
import { renderReport, reportDocument, type KernelReport } from '@kernelkit/core/report'
import { printable, printableJson } from '@kernelkit/core/text'
import type { Host } from '@kernelkit/host'
import type { LastLook } from '../session/last-look.ts'
import type { VmPlan } from '../resolve/plan-vm.ts'
import { evidenceNames, evidencePath, type EvidencePaths } from './evidence-paths.ts'

export interface VerdictRecord {
  readonly directory: string
  readonly plan: Pick<VmPlan, 'kernel'>
  readonly reports: readonly KernelReport[]
  /** What was read of the guest before its end. */
  readonly look?: LastLook
  /** JUnit XML, for commands that have some. */
  readonly junit?: string
  /** The command's JSON document, which names all files of the evidence. */
  readonly document: (evidence: EvidencePaths) => Readonly<Record<string, unknown>>
}

export interface RecordedVerdict {
  readonly evidence: EvidencePaths
  readonly document: Readonly<Record<string, unknown>>
}

/** What is known once the verdict is: result, JUnit, reports. Answers with the document and where everything is. */
export async function recordVerdict(
  host: Pick<Host, 'fs'>,
  { directory, plan, reports, look = {}, junit, document }: VerdictRecord,
): Promise<RecordedVerdict> {
  const at = (what: keyof typeof evidenceNames): string => evidencePath(directory, what)
  const hasReports = reports.length > 0
  const evidence: EvidencePaths = {
    directory,
    console: at('console'),
    consoleTimed: at('consoleTimed'),
    result: at('result'),
    junit: junit === undefined ? undefined : at('junit'),
    reports: hasReports ? at('reports') : undefined,
    reportsText: hasReports ? at('reportsText') : undefined,
    config: plan.kernel.options.text === undefined ? undefined : at('config'),
    dump: look.dump === undefined ? undefined : at('dump'),
    inspection: look.inspection === undefined ? undefined : at('inspection'),
    inspectScripts: look.scripts === undefined ? undefined : at('inspectScripts'),
    gdb: (await host.fs.exists(at('gdb'))) ? at('gdb') : undefined,
    qemu: at('qemu'),
    replay: at('replay'),
  }
  const written = document(evidence)
  const write = (path: string | undefined, text: () => string): readonly Promise<void>[] =>
    path === undefined ? [] : [host.fs.writeFile(path, text())]
  await Promise.all([
    ...write(evidence.result, () => json(written)),
    ...write(evidence.junit, () => junit ?? ''),
    ...write(evidence.inspectScripts, () => `${(look.scripts ?? []).join('\n')}\n`),
    ...write(evidence.inspection, () => `${(look.inspection ?? []).join('\n')}\n`),
    ...write(evidence.reports, () => json(reports.map(reportDocument))),
    ...write(evidence.reportsText, () => printable(reports.map((report) => `${renderReport(evidenceNames.console, report)}\n`).join('\n'))),
  ])
  return { evidence, document: written }
}

// Bad input and an unable host (docs/verdicts.md).
const exitCode = 125

/** Of a run that has no verdict of its guest: the error that prevented it. */
export async function recordFailure(host: Pick<Host, 'fs'>, directory: string, error: unknown): Promise<void> {
  if (!(error instanceof UserError)) return
  const document = { error: errorDocument(error), verdict: error.verdict, exitCode }
  // The error itself is what matters: a full disk must not hide it.
  await host.fs.writeFile(evidencePath(directory, 'result'), json(document)).catch(() => {})
}

function json(value: unknown): string {
  return `${printableJson(JSON.stringify(value, undefined, 2))}\n`
}
