import { Readable, type Writable } from 'node:stream'
import { exitStatus } from '@kernelkit/core/console'
import { prepareJunit } from '@kernelkit/core/ktap'
import type { VmSpec } from '@kernelkit/core/options'
import { prepareOutFile, type Host, type Store } from '@kernelkit/host'
import type { EvidencePaths } from '../evidence/evidence-paths.ts'
import { recordBoot } from '../evidence/record-boot.ts'
import { recordFailure } from '../evidence/record-failure.ts'
import { recordVerdict } from '../evidence/record-verdict.ts'
import { releaseVm } from '../process/vm-state.ts'
import { readAllowed } from './allowed-reports.ts'
import { guestEnvironment } from './guest-environment.ts'
import { outcomeJunit } from './outcome-junit.ts'
import { prepareVm, type PreparedVm } from './prepare-vm.ts'
import { outcomeDocument, renderParagraph, renderVerdictLine, type OutcomePaths } from './render-outcome.ts'
import { runCommand, type RunInput, type RunOutcome } from './run-command.ts'
import { startOrDetach } from './start-or-detach.ts'
import { startsAgain } from './timer-lost.ts'

/** Where a command's streams come from and go to. */
export interface RunStreams extends Pick<RunInput, 'stdin' | 'tty' | 'onResizable'> {
  readonly stdin: Readable | undefined
  readonly stdout: Writable
  readonly stderr: Writable
  /** Files that hold the streams afterwards. */
  readonly stdoutPath: string | undefined
  readonly stderrPath: string | undefined
  close(): Promise<void>
}

/** One spec, one command, one fresh VM. */
export interface RunInVmInput {
  readonly host: Host
  readonly store: Store
  readonly spec: VmSpec
  /** Not looked at with --kunit. */
  readonly argv: readonly string[]
  /** What the command reads instead of a stream: a run is known and run again by it. */
  readonly script?: string
  /** Called once everything is decided and before anything starts; a promise holds the start back. */
  readonly onPrepared?: (prepared: PreparedVm) => void | Promise<void>
  readonly openStreams: (logFolder: string) => Promise<RunStreams>
  readonly onConsoleLine?: ((line: string) => void) | undefined
  /** Variables besides those that the spec names. */
  readonly env?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** A run that has ended, with all that is told of it. */
export interface FinishedRun {
  readonly prepared: PreparedVm
  readonly outcome: RunOutcome
  /** In the style that the spec asks for (--status). */
  readonly exitCode: number
  readonly paths: OutcomePaths
  /** Where the evidence of this run lies. */
  readonly evidence: EvidencePaths
  /** What happened, for people, without the verdict line. */
  readonly paragraph: readonly string[]
  readonly verdictLine: string
  /** The JSON document of `run`; `result.json` of the evidence is the same. */
  readonly document: Readonly<Record<string, unknown>>
}

/** Everything that `kernelkit run` does between its options and its output; the command, `kernelkit test` and the Action stand on it. */
export async function runInVm(input: RunInVmInput): Promise<FinishedRun> {
  for (let starts = 1; ; starts++) {
    const finished = await runOnce(input)
    if (!startsAgain(input.host.log, finished.outcome.facts, starts)) return finished
  }
}

async function runOnce(input: RunInVmInput): Promise<FinishedRun> {
  const { host, spec, argv, script, signal } = input
  const allowed = await readAllowed(host, spec.allow)
  const junit = spec.junit === undefined ? undefined : await prepareOutFile(host, { option: '--junit', named: spec.junit })
  const prepared = await prepareVm({ host, store: input.store, spec, command: 'run' })
  const { plan, request, place } = prepared
  const streams = await openInOrder(input, prepared)
  try {
    // A session of a person at a terminal is no command that could be run again.
    const isReplayed = spec.kunit === undefined && streams.tty === undefined
    const command = isReplayed ? { argv, stdin: script ?? streams.stdin !== undefined } : undefined
    const recorded = recordBoot(host, { folder: prepared.logFolder, plan, command })
    const outcome = await runCommand({
      host,
      plan,
      start: async () => {
        const [started, written] = await Promise.allSettled([startOrDetach({ request, host, keep: spec.keep, signal }), recorded])
        if (started.status === 'rejected') throw started.reason
        if (written.status === 'rejected') {
          await started.value.stop('kill')
          throw written.reason
        }
        // While the guest boots.
        prepareJunit().catch(() => {})
        return started.value
      },
      argv,
      env: { ...guestEnvironment(host, spec, plan.root), ...input.env },
      ...streams,
      ...(script === undefined ? {} : { stdin: Readable.from([Buffer.from(script)]) }),
      onConsoleLine: input.onConsoleLine,
      allowed,
      signal,
    })
    await streams.close()
    const exitCode = exitStatus(outcome.judgement, spec.status)
    const paths = {
      console: request.consolePath,
      stdout: streams.stdoutPath,
      stderr: streams.stderrPath,
      artifacts: spec.artifacts,
      junit,
      evidence: prepared.logFolder,
    }
    const xml = await outcomeJunit({ outcome, title: titleOf(spec, script ?? argv.join(' ')) })
    if (junit !== undefined) await host.fs.writeAtomic(junit, xml)
    const { evidence, document } = await recordVerdict(host, {
      folder: prepared.logFolder,
      plan,
      reports: outcome.reports,
      junit: xml,
      document: (where) => outcomeDocument({ plan, outcome, paths, evidence: where, name: place.name }),
    })
    return {
      prepared,
      outcome,
      exitCode,
      paths,
      evidence,
      paragraph: renderParagraph({ outcome, paths, tail: spec.console === 'auto', keptName: spec.keep ? place.name : undefined }),
      verdictLine: renderVerdictLine({ judgement: outcome.judgement, exitCode, accel: plan.accel.accel, seconds: outcome.seconds }),
      document,
    }
  } catch (error) {
    await recordFailure(host, prepared.logFolder, error)
    throw error
  } finally {
    await streams.close()
  }
}

/** What was reserved is given back to a run that never comes to its turn. */
async function openInOrder({ host, onPrepared, openStreams }: RunInVmInput, prepared: PreparedVm): Promise<RunStreams> {
  try {
    await onPrepared?.(prepared)
    return await openStreams(prepared.logFolder)
  } catch (error) {
    await releaseVm(prepared.place, host)
    throw error
  }
}

function titleOf({ kunit }: VmSpec, command: string): string {
  if (kunit === undefined) return command
  return kunit.glob === undefined ? 'kunit' : `kunit ${kunit.glob}`
}
