import { execFileSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  runJob,
  type CacheService,
  type JobOptions,
  type JobResult,
  type JobStep,
  type StageResult,
  type StepResult,
} from '@kernelkit/testing'
import { actionPath, ownActions } from '../../tools/own-actions.ts'
import { testStore } from '../setup/test-store.ts'
import { makeOwnDirectory } from './own-directory.ts'

/** A step that uses one of ours, as another repository would write it. */
export function useAction(name: string, inputs: NonNullable<JobStep['with']> = {}, more: Partial<JobStep> = {}): JobStep {
  return { id: name, uses: `kernelkit/kernelkit/actions/${name}@v1`, with: inputs, ...more }
}

export interface Machine extends AsyncDisposable {
  readonly directory: string
  /** The artifact store that its jobs use unless they name another. */
  readonly store: string
  readonly workspace: string
  /** Puts sources, downloads and packages of the test store into a store; the compiler's cache is that of the test store, as on a machine that is kept between jobs. */
  prime(store?: string): Promise<void>
  run(steps: readonly JobStep[], options?: Partial<JobOptions>): Promise<JobResult>
}

export interface MachineOptions {
  readonly cache?: CacheService
  /** Below the limit of the test or hook, which would not say at which step the job was. */
  readonly longestJobMs?: number
}

/** A machine that is new to its first job: empty store, empty workspace. It is next to the test store, so that files can be linked. */
export async function newMachine({ cache, longestJobMs = 13 * 60_000 }: MachineOptions = {}): Promise<Machine> {
  const shared = testStore()
  const directory = await makeOwnDirectory('e2e-runner')
  const store = join(directory, 'cache', 'kernelkit')
  await mkdir(store, { recursive: true })
  const repository = join(directory, 'work', '_actions', 'kernelkit')
  for (const name of ownActions) {
    const dist = actionPath(name, 'dist')
    if (!existsSync(dist)) throw new Error(`${dist} is not there: npm run bundle makes it`)
    // What the tag of a release holds of an action, where no package can be found.
    for (const part of ['action.yml', 'dist']) cpSync(actionPath(name, part), join(repository, 'actions', name, part), { recursive: true })
  }
  cpSync(join(actionPath('one-step'), '../../action.yml'), join(repository, 'action.yml'))
  cpSync(actionPath('one-step', 'dist'), join(repository, 'actions/one-step/dist'), { recursive: true })
  return {
    directory,
    store,
    workspace: join(directory, 'work', 'project', 'project'),
    async prime(to = store) {
      await mkdir(to, { recursive: true })
      const present = await readdir(shared)
      for (const name of ['source', 'downloads', 'rootfs'].filter((part) => present.includes(part))) {
        execFileSync('cp', ['-al', join(shared, name), join(to, name)])
      }
      // Not a copy: what a job compiles is there for the next run, and a hit needs no preprocessor.
      await mkdir(join(shared, 'ccache'), { recursive: true })
      await symlink(join(shared, 'ccache'), join(to, 'ccache'))
    },
    async run(steps, options = {}) {
      const late = AbortSignal.timeout(longestJobMs)
      const job = await runJob({
        directory,
        steps,
        repositories: { 'kernelkit/kernelkit': repository },
        ...(cache === undefined ? {} : { actionEnv: cache.env }),
        ...options,
        env: { XDG_CACHE_HOME: join(directory, 'cache'), ...options.env },
        signal: options.signal === undefined ? late : AbortSignal.any([options.signal, late]),
      })
      if (late.aborted) throw new Error(`a job of more than ${longestJobMs / 60_000} minutes was cancelled:\n${logOf(job)}`)
      return job
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/** A main or post stage that must have run. */
export function stageOf(job: JobResult, id: string, name: 'main' | 'post' = 'main'): StageResult {
  const stage = job.step(id)[name]
  if (stage === undefined) throw new Error(`${id} had no ${name}: ${job.steps.map((step) => `${step.id} ${step.outcome}`).join(', ')}`)
  return stage
}

/** The log of every stage of a job, for messages of failed tests. */
export function logOf(job: JobResult): string {
  return job.steps
    .flatMap(({ id, main, post }) => [`== ${id}`, main?.log ?? '', ...(post === undefined ? [] : [`== post of ${id}`, post.log])])
    .join('\n')
}

/** Fails with the log of the job when it ended in another way. */
export function requireConclusion(job: JobResult, conclusion: JobResult['conclusion']): void {
  if (job.conclusion !== conclusion) throw new Error(`the job ended as ${job.conclusion}, not ${conclusion}:\n${logOf(job)}`)
}

/** Fails with the log of the job when a step has other outputs. */
export function requireOutputs(job: JobResult, id: string, outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) {
    const found = job.step(id).outputs[name]
    if (found !== value) throw new Error(`output ${name} of ${id} is ${String(found)}, not ${value}:\n${logOf(job)}`)
  }
}

/** The same for some of its steps. */
export function requireOutcomes(job: JobResult, outcomes: Readonly<Record<string, StepResult['outcome']>>): void {
  for (const [id, outcome] of Object.entries(outcomes)) {
    const found = job.step(id).outcome
    if (found !== outcome) throw new Error(`${id} ended as ${found}, not ${outcome}:\n${logOf(job)}`)
  }
}
