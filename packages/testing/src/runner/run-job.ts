import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { beginStep, writeScript, type BegunStep } from './begin-step.ts'
import { isMet, type JobStatus } from './expressions.ts'
import { startJobState } from './job-state.ts'
import type { JobStep } from './job-step.ts'
import { makeRunnerDirectories, type RunnerDirectories } from './runner-directories.ts'
import { machineEnvironment, runnerVariables, type JobFacts } from './runner-variables.ts'
import { runStage, type StageRequest, type StageResult } from './run-stage.ts'

export interface JobOptions {
  /** Holds the runner's directories; what an earlier job left there is still there. */
  readonly directory: string
  readonly steps: readonly JobStep[]
  /** The job's `env:`. */
  readonly env?: Readonly<Record<string, string>>
  /** Given to JavaScript actions only: the cache service's. */
  readonly actionEnv?: Readonly<Record<string, string>>
  /** Directories that stand for repositories: `uses: OWNER/REPO/PATH@REF` is PATH below OWNER/REPO's. */
  readonly repositories?: Readonly<Record<string, string>>
  /** Values that are masked from the beginning. */
  readonly secrets?: readonly string[]
  readonly facts?: Partial<JobFacts>
  /** Cancels the job. */
  readonly signal?: AbortSignal
  /** Called before a step's main and its post run, and for a step that is skipped. */
  readonly onStep?: (title: string) => unknown
  /** Sees each line as it comes, before masking. */
  readonly onLine?: (line: string) => unknown
}

export interface StepResult {
  readonly id: string
  readonly outcome: JobStatus | 'skipped'
  readonly outputs: Readonly<Record<string, string>>
  /** Names in `with:` that the action does not declare: the runner warns of them. */
  readonly undeclared: readonly string[]
  readonly main?: StageResult
  readonly post?: StageResult
}

export interface JobResult {
  readonly conclusion: JobStatus
  readonly steps: readonly StepResult[]
  /** The step of this id; throws when there is none. */
  readonly step: (id: string) => StepResult
  readonly directories: RunnerDirectories
  /** RUNNER_TRACKING_ID of the job's processes. */
  readonly trackingId: string
}

const defaultFacts = {
  repository: 'someone/project',
  ref: 'refs/heads/main',
  sha: '0123456789abcdef0123456789abcdef01234567',
  eventName: 'push',
}

/** Run a list of steps as the runner runs a job: mains in order, then posts from the last to the first. */
export async function runJob(options: JobOptions): Promise<JobResult> {
  const directories = await makeRunnerDirectories(options.directory)
  const facts = { ...defaultFacts, trackingId: `github_${randomUUID()}`, ...options.facts }
  const state = startJobState({
    machine: machineEnvironment(process.env),
    jobEnv: options.env ?? {},
    fixed: runnerVariables(directories, facts),
    directories,
    secrets: options.secrets ?? [],
    signal: options.signal,
  })
  const results: StepResult[] = []
  const withPost: { readonly begun: BegunStep; readonly main: StageResult }[] = []

  const runOne = (begun: BegunStep, process: { readonly argv: readonly string[]; readonly cwd: string }, more: Partial<StageRequest>) =>
    runStage({
      ...process,
      env: environmentOf(begun),
      temp: directories.temp,
      masks: state.masks(),
      ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
      ...more,
    })
  const environmentOf = ({ action, env }: BegunStep) => state.environment({ ...(action === undefined ? {} : options.actionEnv), ...env })
  const entryOf = ({ action }: BegunStep, file: string) => ({
    argv: [process.execPath, join(action?.directory ?? '', file)],
    cwd: directories.workspace,
  })

  for (const [index, step] of options.steps.entries()) {
    const id = step.id ?? `step-${index + 1}`
    const before = state.status()
    if (!isMet(step.if ?? 'success()', before)) {
      options.onStep?.(`${id} (skipped: ${step.if ?? 'success()'})`)
      results.push({ id, outcome: 'skipped', outputs: {}, undeclared: [] })
      continue
    }
    options.onStep?.(id)
    const place = { contexts: state.contexts(), directories, repositories: options.repositories ?? {} }
    const begun = await beginStep(id, step, place)
    const command =
      begun.action === undefined
        ? await writeScript(step, { place, path: environmentOf(begun)['PATH'] ?? '' })
        : entryOf(begun, begun.action.main)
    // What runs although the job is cancelled is not cancelled again.
    const main = await runOne(begun, command, options.signal === undefined || before === 'cancelled' ? {} : { signal: options.signal })
    state.absorb(id, main, begun.mayFail)
    results.push({ id, outcome: main.outcome, outputs: main.outputs, undeclared: begun.undeclared, main })
    if (begun.action?.post !== undefined) withPost.push({ begun, main })
  }

  for (const { begun, main } of withPost.toReversed()) {
    const { post, postIf } = begun.action ?? {}
    if (post === undefined || postIf === undefined || !isMet(postIf, state.status())) continue
    options.onStep?.(`post of ${begun.id}`)
    const saved = Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]))
    const stage = await runOne({ ...begun, env: { ...begun.env, ...saved } }, entryOf(begun, post), {})
    state.absorb(begun.id, stage, begun.mayFail)
    const index = results.findIndex(({ id }) => id === begun.id)
    const result = results[index]
    if (result !== undefined) results[index] = { ...result, post: stage }
  }

  return {
    conclusion: state.status(),
    steps: results,
    step(id) {
      const found = results.find((result) => result.id === id)
      if (found === undefined) throw new Error(`no step ${id}; there are: ${results.map((result) => result.id).join(', ')}`)
      return found
    },
    directories,
    trackingId: facts.trackingId,
  }
}
