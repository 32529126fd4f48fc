import { Readable } from 'node:stream'
import { exitStatus } from '@kernelkit/core/console'
import { message, option, type Message } from '@kernelkit/core/errors'
import { writeFor } from '@kernelkit/core/options'
import { prepareOutFile, writeOutFile } from '@kernelkit/host/files'
import type { EvidencePaths } from '../../evidence/evidence-paths.ts'
import type { ResolvedVm } from '../../resolve/resolve-vm.ts'
import { guestEnvironment } from '../guest-environment.ts'
import type { PreparedVm } from '../prepare-vm.ts'
import type { KtapReader } from '@kernelkit/core/ktap'
import type { Host } from '@kernelkit/host'
import { outcomeDocument, renderParagraph, renderVerdictLine, type OutcomePaths } from './render-outcome.ts'
import { runCommand, type GuestCommand, type RunOutcome } from './run-command.ts'
import { seenStream, type SeenEnds, type SeenStream } from './seen-stream.ts'
import { runSession, type RecordVerdict, type SessionInput } from '../session.ts'

/** Where a command's streams come from and go to. */
export interface RunStreams extends Pick<GuestCommand, 'stdin' | 'stdout' | 'stderr' | 'tty' | 'onResizable'> {
  /** Files that hold the streams afterwards. */
  readonly stdoutPath?: string
  readonly stderrPath?: string
  close?(): Promise<void>
}

/** One wanted VM, one command. */
export interface RunInVmInput extends SessionInput, Pick<GuestCommand, 'argv' | 'around' | 'afterwards'> {
  /** What the command reads instead of a stream: the run is named after it, and a replay repeats it. */
  readonly script?: string
  /** What the run is called where not after its command. */
  readonly title?: string
  /** Reads the results on stdout; default: as the format says. */
  readonly reader?: () => KtapReader
  readonly openStreams: (evidenceDirectory: string) => Promise<RunStreams>
  /** Variables in addition to those that the spec names. */
  readonly env?: Readonly<Record<string, string>>
}

/** A run that has ended, and all that is reported about it. */
export interface FinishedRun {
  readonly prepared: PreparedVm
  readonly outcome: RunOutcome
  /** What the command wrote last. */
  readonly ends: SeenEnds
  /** In the style that the spec asks for (--status). */
  readonly exitCode: number
  readonly paths: OutcomePaths
  /** Where the evidence of this run is. */
  readonly evidence: EvidencePaths
  /** What happened, human readable, without the verdict line. */
  readonly paragraph: readonly string[]
  readonly verdictLine: string
  /** The JSON document of `run`; `result.json` of the evidence is the same. */
  readonly document: Readonly<Record<string, unknown>>
  readonly warnings: readonly string[]
}

/** Everything that `kernelkit run` does between its options and its output; `kernelkit test`, quickstart and the Action do the same. */
export async function runInVm(given: RunInVmInput): Promise<FinishedRun> {
  const input = given.wanted.spec.suite === undefined ? given : await withSuite(given)
  const { host, wanted, script, afterwards } = input
  const { spec } = wanted
  if (spec.gdbScript !== undefined || spec.inspectScripts.length > 0)
    await (await import('../../debugger/require-debuggers.ts')).requireDebuggers(host, spec)
  const junit = spec.junit === undefined ? undefined : await prepareOutFile(host, { option: 'junit', named: spec.junit })
  return runSession<RunOutcome, FinishedRun>(input, async (prepared) => {
    if (spec.kunit === undefined && input.around === undefined && input.argv[0]?.includes('/') === true)
      await (await import('./command-notes.ts')).refuseHiddenProgram(host, prepared.plan, input.argv)
    const streams = await input.openStreams(prepared.evidenceDirectory)
    const seen = { stdout: seenStream(streams.stdout), stderr: seenStream(streams.stderr) }
    const stdin = script === undefined ? streams.stdin : Readable.from([Buffer.from(script)])
    const env = { ...guestEnvironment(host, prepared.plan, spec), ...input.env }
    // A session at a terminal cannot be run again.
    const isReplayed = spec.kunit === undefined && streams.tty === undefined
    return {
      work: runCommand(host, prepared.plan, {
        ...streams,
        stdout: seen.stdout.stream,
        stderr: seen.stderr.stream,
        argv: input.argv,
        env,
        stdin,
        around: input.around,
        afterwards,
        reader: input.reader?.(),
        evidenceDirectory: prepared.evidenceDirectory,
      }),
      replayed: isReplayed ? { argv: input.argv, stdin: script ?? streams.stdin !== undefined } : undefined,
      conclude: (outcome, record) => finishRun({ input, prepared, streams, seen, junit }, outcome, record),
      close: async () => streams.close?.(),
    }
  })
}

/** The suite as the command of the run. */
async function withSuite(input: RunInVmInput): Promise<RunInVmInput> {
  const { prepareSuite } = await import('../../suites/prepare-suite.ts')
  const { argv, spec, reader } = await prepareSuite(input)
  const { name, words } = input.wanted.spec.suite ?? { name: '', words: '' }
  const { script: _unused, ...rest } = input
  return { ...rest, wanted: { ...input.wanted, spec }, argv, title: `${name} ${words}`.trim(), ...(reader === undefined ? {} : { reader }) }
}

interface Finishing {
  readonly input: RunInVmInput
  readonly prepared: PreparedVm
  readonly streams: RunStreams
  readonly seen: { readonly stdout: SeenStream; readonly stderr: SeenStream }
  readonly junit: string | undefined
}

async function finishRun(
  { input, prepared, streams, seen, junit }: Finishing,
  outcome: RunOutcome,
  record: RecordVerdict,
): Promise<FinishedRun> {
  const { host, script, argv } = input
  const { plan, request, place } = prepared
  const { vm } = plan
  const exitCode = exitStatus(outcome.judgement, vm.status)
  const paths = {
    console: request.consolePath,
    stdout: streams.stdoutPath,
    stderr: streams.stderrPath,
    artifacts: vm.artifacts?.path,
    junit,
    evidence: prepared.evidenceDirectory,
  }
  const { command } = outcome
  const ends = { stdout: seen.stdout.finish(), stderr: seen.stderr.finish() }
  const notes =
    outcome.judgement.verdict !== 'fail' || command === undefined
      ? []
      : await notesOf({ host, plan, argv, command, ends, isCarried: input.around !== undefined })
  const { outcomeJunit } = await import('./outcome-junit.ts')
  const xml = await outcomeJunit({ outcome, ends, title: titleOf(vm, input.title ?? script ?? argv.join(' ')) })
  if (junit !== undefined) await writeOutFile(host, junit, xml)
  const { evidence, document } = await record({
    junit: xml,
    document: (where) => outcomeDocument({ plan, outcome, paths, evidence: where, name: place.name }),
  })
  return {
    prepared,
    outcome,
    ends,
    exitCode,
    paths,
    evidence,
    paragraph: renderParagraph({ outcome, paths, tail: vm.console === 'auto', keptName: vm.keep ? place.name : undefined }),
    verdictLine: renderVerdictLine({ judgement: outcome.judgement, exitCode, accel: plan.accel.accel, seconds: outcome.seconds }),
    document,
    warnings: [...(isLost(outcome) ? [lostArtifacts] : []), ...(await fullShares(host, plan)), ...notes].map((line) =>
      writeFor(line, vm.reader),
    ),
  }
}

interface FailedCommand extends Pick<RunInVmInput, 'host' | 'argv'> {
  readonly plan: PreparedVm['plan']
  readonly command: NonNullable<RunOutcome['command']>
  readonly ends: SeenEnds
  /** Files that its words name were copied into the guest. */
  readonly isCarried: boolean
}

/** What its failure may come from. */
async function notesOf({ host, plan, argv, command, ends, isCarried }: FailedCommand): Promise<readonly Message[]> {
  const { fileAsLine, hiddenFiles, missingOperations } = await import('./command-notes.ts')
  const ran = { ...command, argv }
  return [
    ...(await fileAsLine(host, ran)),
    ...(isCarried ? [] : await hiddenFiles(host, plan, ran)),
    ...missingOperations(plan, ends.stderr.text),
  ]
}

/** Few guests may write to this host. */
async function fullShares(host: Host, { launch }: PreparedVm['plan']): Promise<readonly string[]> {
  if (launch.shares.every(({ readonly }) => readonly)) return []
  return (await import('./full-directories.ts')).fullDirectories(host, launch)
}

const lostArtifacts = message`what the command left in $KERNELKIT_ARTIFACTS is gone with the guest; keep it with ${option('artifacts', 'DIR')}`

/** The command left something in a directory that is gone with its guest. */
function isLost({ plan, command }: RunOutcome): boolean {
  return plan.vm.artifacts === undefined && !plan.vm.keep && command?.artifacts === true
}

function titleOf({ kunit }: Pick<ResolvedVm, 'kunit'>, command: string): string {
  if (kunit === undefined) return command
  return kunit.glob === undefined ? 'kunit' : `kunit ${kunit.glob}`
}
