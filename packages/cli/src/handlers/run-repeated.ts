import { join } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { parseRepeats } from '@kernelkit/core/options/commands'
import { describeRuns, isRunAgain, judgeTrials } from '@kernelkit/core/trials'
import { runInVm, type FinishedRun, type RunInVmInput, type WantedVm } from '@kernelkit/vm/internal'
import type { CommandContext, RawOptions } from '../command.ts'
import { interruptedBy } from '../output/failure.ts'

export interface RepeatedRun {
  readonly options: RawOptions
  /** The command is a shell at a terminal. */
  readonly interactive: boolean
  readonly input: RunInVmInput
}

/** `kernelkit run --repeat`, `--until-fail`: the command again and again, each time in a fresh VM, one verdict over all of them. */
export async function runRepeated(context: CommandContext, { options, interactive, input }: RepeatedRun): Promise<number> {
  const { host, signal } = context
  const plan = parseRepeats(options)
  if (interactive) {
    throw new UserError('BAD_OPTION', message`${option('repeat')} has nothing to repeat: a shell at a terminal has no end of its own.`, {
      hint: 'Write a command after the options, such as -- ./test.',
    })
  }
  const startedAt = host.monotonicMs()
  const runs: FinishedRun[] = []
  const verdicts = () => runs.map(({ outcome }) => outcome.judgement.verdict)
  while (!signal.aborted && isRunAgain(plan, verdicts())) {
    const number = runs.length + 1
    host.log.info(`run ${number}${plan.repeat === undefined ? '' : ` of ${plan.repeat}`}`)
    try {
      const run = await runInVm({
        ...input,
        wanted: wantedFor(input.wanted, number),
        // What was decided is the same each time.
        onPrepared: async (prepared) => (number === 1 ? input.onPrepared?.(prepared) : undefined),
      })
      runs.push(run)
      for (const line of run.warnings) host.log.warn(line)
      for (const line of run.paragraph) context.printError(line)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
  const judgement = judgeTrials(plan, verdicts())
  const decisive = runs[judgement.decisive]
  const ended = signal.aborted || decisive === undefined ? interruptedBy(signal.reason) : undefined
  const { verdict, exitCode } = ended ?? { verdict: judgement.state, exitCode: decisive?.exitCode ?? 125 }
  if (context.json)
    context.printJson({
      verdict,
      exitCode,
      what: describeRuns({ ...judgement, runs: Math.max(judgement.runs, 2) }) ?? null,
      passed: judgement.passed,
      runs: runs.map(({ document }) => document),
    })
  const total = ((host.monotonicMs() - startedAt) / 1000).toFixed(2)
  const counts = `runs=${runs.length} passed=${judgement.passed} failed=${runs.length - judgement.passed}`
  if (ended === undefined) context.printError(`kernelkit: verdict=${verdict} exit=${exitCode} ${counts} total=${total}s`)
  else context.printError(`interrupted: ${counts}`)
  return exitCode
}

/** Each run has directories of its own below those that were named. */
function wantedFor(wanted: WantedVm, number: number): WantedVm {
  const { evidence, artifacts } = wanted.spec
  const within = `run-${number}`
  return {
    ...wanted,
    spec: {
      ...wanted.spec,
      evidence: evidence === undefined ? undefined : join(evidence, within),
      artifacts: artifacts === undefined ? undefined : join(artifacts, within),
    },
  }
}
