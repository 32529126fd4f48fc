import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { camelCase, rowsOfCommand, writeError, type RawOptions } from '@kernelkit/core/options'
import type { VmSpec } from '@kernelkit/core/options/vm'
import type { Verdict } from '@kernelkit/core/console'
import { answerOf } from '@kernelkit/core/trials'
import type { Store } from '@kernelkit/host'
import { runInVm } from '@kernelkit/vm/internal'
import type { CommandContext } from '../command.ts'
import { fileStreams } from '../handlers/vm-streams.ts'

/** How one run of the command on one kernel ended. */
export interface Probe {
  readonly verdict: Verdict
  readonly what: string
  readonly release: string | undefined
  readonly seconds: number
  readonly evidence: string | undefined
  /** What `run` would print after a run that did not pass. */
  readonly paragraph: readonly string[]
  /** 126 or 127 of a command that failed: it, or what its shell was to run, could not be started. */
  readonly notStarted?: number | undefined
  /** Objects that make compiled for its kernel; absent when none was built. */
  readonly objects?: number | undefined
}

export interface ProbeInput {
  readonly spec: VmSpec
  readonly argv: readonly string[]
  readonly store: Store
  /** Directory of this probe's evidence. */
  readonly evidence: string
}

/** The command once, in a fresh VM; what the host or the kernel cannot do is a verdict too. */
export async function probe(context: CommandContext, { spec, argv, store, evidence }: ProbeInput): Promise<Probe> {
  const { host, signal, reader } = context
  const startedAt = host.monotonicMs()
  const seconds = () => Math.round(host.monotonicMs() - startedAt) / 1000
  const artifacts =
    spec.artifacts === undefined ? {} : { artifacts: { path: join(spec.artifacts, evidence.split('/').at(-1) ?? ''), isOptional: false } }
  try {
    const run = await runInVm({
      host,
      store,
      wanted: { spec, command: 'run', reader, evidence, ...artifacts },
      argv,
      onPrepared: ({ plan }) => {
        for (const line of plan.lines) host.log.detail(line)
        for (const line of plan.warnings) host.log.warn(line)
      },
      openStreams: async (directory) => fileStreams(host, { directory, stdin: undefined, mostBytes: spec.logLimitBytes }),
      signal,
    })
    const { judgement } = run.outcome
    const { release } = run.prepared.plan.kernel
    const { verdict, what, exitCode } = judgement
    const notStarted = verdict === 'fail' && (exitCode === 126 || exitCode === 127) ? exitCode : undefined
    return { verdict, what, release, seconds: seconds(), evidence, paragraph: run.paragraph, notStarted }
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof UserError)) throw thrown
    const error = writeError(thrown, reader)
    const hint = error.hint === undefined ? [] : [`Hint: ${error.hint}`]
    return {
      verdict: error.verdict,
      what: `${error.code}: ${error.message}`,
      release: undefined,
      seconds: seconds(),
      evidence: undefined,
      paragraph: hint,
    }
  }
}

/** The status of a command that could be started on none of the kernels that ran it: that says nothing about them. */
export function neverStarted(probes: readonly Pick<Probe, 'verdict' | 'notStarted'>[]): number | undefined {
  const ran = probes.filter(({ verdict }) => answerOf(verdict) !== 'skip')
  return ran.every(({ notStarted }) => notStarted !== undefined) ? ran[0]?.notStarted : undefined
}

/** Options that the command has: kernelkit.yaml may hold others, for single VMs that stay. A command without a limit has one. */
export function probeOptions(command: string, options: RawOptions): RawOptions {
  const own = new Set(rowsOfCommand(command).map(({ name }) => camelCase(name)))
  const kept = Object.fromEntries(
    Object.entries(options).filter(([name, values]) => own.has(name) || values.every(({ place }) => place === undefined)),
  )
  return { timeout: [{ value: '10m' }], ...kept }
}

/** What the answer of a probe depends on: the same question continues an interrupted search, wherever its logs go. */
export function questionOf(options: RawOptions): RawOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !['log', 'evidence', 'artifacts', 'logLimit'].includes(name)))
}
