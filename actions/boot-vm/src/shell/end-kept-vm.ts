import { createConsoleReader, failingReports, judge, type ConsoleFacts, type Judgement } from '@kernelkit/core/console'
import type { KernelReport } from '@kernelkit/core/report'
import type { Host } from '@kernelkit/host'
import { decodeReports } from '@kernelkit/host/symbolise'
import { listVms, readAllowed, stopVm } from '@kernelkit/vm/internal/running'
import { publishFile } from '../evidence/publish.ts'
import type { KeptState } from '../kept-state.ts'
import { forgetKeptVm, readKeptVm } from './kept-vm.ts'

export interface KeptEnd {
  readonly judgement: Judgement
  /** Reports of the steps after the one that started the VM. */
  readonly reports: readonly KernelReport[]
  readonly failing: readonly KernelReport[]
  /** Later steps, and those of them that failed: each has reported its own failure. */
  readonly steps: { readonly all: number; readonly failed: number }
}

/** Stops a VM that was kept, and judges what its console printed since its first step. */
export async function endKeptVm(host: Host, kept: KeptState): Promise<KeptEnd> {
  const running = (await listVms(host)).find(({ id }) => id === kept.id)
  if (running !== undefined) await stopVm(running, host, kept.persist ? 'poweroff' : 'kill')
  host.log.info(running === undefined ? `VM '${kept.name}' had already ended` : `stopped ${kept.name}`)
  const { steps = { all: 0, failed: 0 } } = (await readKeptVm(host, kept.name)) ?? {}
  await forgetKeptVm(host, kept.name)
  await publishFile(host, { from: kept.console, directory: kept.artifacts })
  const rest = readRest(await host.fs.readFile(kept.console, 'utf8'), kept.judgedLines)
  const { reports, problems } = await decodeReports(host, {
    vmlinux: kept.vmlinux,
    modules: kept.modules,
    modulesOption: 'module-files',
    source: kept.sourceTree,
    reports: rest.reports,
  })
  for (const problem of problems) host.log.info(problem.message)
  const allowed = await readAllowed(host, { named: kept.allow, reader: { door: 'action' } })
  const failing = failingReports(reports, { failOn: kept.failOn, allowed })
  return { judgement: judgeRest({ ...rest, reports }, { failing, isRunning: running !== undefined }), reports, failing, steps }
}

/** What a console shows after the lines that were judged already. */
export function readRest(text: string, judgedLines: number): ConsoleFacts {
  const reader = createConsoleReader()
  let panicBefore: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    reader.read(line.replace(/\r$/, ''))
    if (index + 1 === judgedLines) panicBefore = reader.facts().panic
  }
  const facts = reader.facts()
  return {
    ...facts,
    reports: facts.reports.filter(({ startLine }) => startLine > judgedLines),
    panic: panicBefore === undefined ? facts.panic : undefined,
  }
}

/** What the console and the VM say of the steps after the first one; how their scripts ended is in {@link KeptEnd.steps}. */
export function judgeRest(
  console: ConsoleFacts,
  { failing, isRunning }: { readonly failing: readonly KernelReport[]; readonly isRunning: boolean },
): Judgement {
  const judgement = judge({
    console,
    failing,
    ready: true,
    agentFailure: undefined,
    command: { exitCode: 0, signal: undefined },
    limit: undefined,
    silentMs: undefined,
    guestPanicked: false,
    shutdown: undefined,
    qemu: undefined,
  })
  return judgement.verdict === 'pass' && !isRunning ? ended : judgement
}

const ended: Judgement = {
  verdict: 'vm-lost',
  exitCode: 119,
  what: 'the VM had ended before the job did.',
  hint: 'Read the end of its console; a script that powers off ends the VM for the steps after it, too.',
}
