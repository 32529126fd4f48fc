import { createConsoleReader, failingReports, judge, type Judgement } from '@kernelkit/core/console'
import type { KernelReport } from '@kernelkit/core/report'
import type { Host } from '@kernelkit/host'
import { listVms, readAllowed, stopVm } from '@kernelkit/vm'
import { publishFile } from '../evidence/publish.ts'
import type { KeptState } from '../kept-state.ts'
import { forgetKeptVm } from './kept-vm.ts'

export interface KeptEnd {
  readonly judgement: Judgement
  /** Reports of the steps behind the one that started the VM. */
  readonly reports: readonly KernelReport[]
  readonly failing: readonly KernelReport[]
}

/** Stops a VM that was kept, and judges what its console told since its first step. */
export async function endKeptVm(host: Host, kept: KeptState): Promise<KeptEnd> {
  const running = (await listVms(host)).find(({ id }) => id === kept.id)
  if (running !== undefined) await stopVm(running, host, kept.persist ? 'poweroff' : 'kill')
  host.log.info(running === undefined ? `the VM '${kept.name}' had ended before` : `stopped ${kept.name}`)
  await forgetKeptVm(host, kept.name)
  await publishFile(host, { from: kept.console, folder: kept.artifacts })
  return judgeRest(await host.fs.readFile(kept.console, 'utf8'), kept, {
    isRunning: running !== undefined,
    allowed: await readAllowed(host, kept.allow),
  })
}

/** The verdict of the console behind the lines that were judged already. */
export function judgeRest(
  text: string,
  { judgedLines, failOn }: Pick<KeptState, 'judgedLines' | 'failOn'>,
  { isRunning, allowed }: { readonly isRunning: boolean; readonly allowed: readonly RegExp[] },
): KeptEnd {
  const reader = createConsoleReader()
  let panicBefore: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    reader.read(line.replace(/\r$/, ''))
    if (index + 1 === judgedLines) panicBefore = reader.facts().panic
  }
  const facts = reader.facts()
  const reports = facts.reports.filter(({ startLine }) => startLine > judgedLines)
  const failing = failingReports(reports, { failOn, allowed })
  const judgement = judge({
    console: { ...facts, reports, panic: panicBefore === undefined ? facts.panic : undefined },
    failing,
    ready: true,
    agentFailure: undefined,
    // Each step has told how its own script ended.
    command: { exitCode: 0, signal: undefined },
    limit: undefined,
    silentMs: undefined,
    guestPanicked: false,
    shutdown: undefined,
    qemu: undefined,
  })
  return { judgement: judgement.verdict === 'pass' && !isRunning ? ended : judgement, reports, failing }
}

const ended: Judgement = {
  verdict: 'vm-lost',
  exitCode: 119,
  what: 'the VM had ended before the job did.',
  hint: 'the end of its console tells more; a script that powers off ends the VM for the steps behind it too.',
}
