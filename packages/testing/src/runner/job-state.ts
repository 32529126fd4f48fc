import type { Contexts, JobStatus } from './expressions.ts'
import type { RunnerDirectories } from './runner-directories.ts'
import type { StageResult } from './run-stage.ts'

/** What one step leaves for the next. */
export interface JobState {
  /** Of a step that begins now. */
  readonly status: () => JobStatus
  readonly masks: () => readonly string[]
  /** Environment of a step, PATH included. */
  readonly environment: (stepEnv: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
  readonly contexts: () => Contexts
  /** Take over what a stage wrote; a failure with continue-on-error changes no status. */
  readonly absorb: (stepId: string, stage: StageResult, mayFail: boolean) => void
}

export function startJobState(options: {
  readonly machine: Readonly<Record<string, string>>
  readonly jobEnv: Readonly<Record<string, string>>
  /** Set by the runner: steps cannot change them. */
  readonly fixed: Readonly<Record<string, string>>
  readonly directories: RunnerDirectories
  readonly secrets: readonly string[]
  readonly signal?: AbortSignal | undefined
}): JobState {
  const steps: Record<string, { outputs: Readonly<Record<string, string>>; outcome: JobStatus }> = {}
  const { temp, toolCache, workspace } = options.directories
  let env = options.jobEnv
  let paths: readonly string[] = []
  let masks = options.secrets
  let status: JobStatus = 'success'

  return {
    status: () => (options.signal?.aborted === true ? 'cancelled' : status),
    masks: () => masks,
    environment(stepEnv) {
      const all = { ...options.machine, ...env, ...stepEnv, ...options.fixed }
      return { ...all, PATH: [...paths.toReversed(), all['PATH'] ?? ''].join(':') }
    },
    contexts: () => ({ steps, env, runner: { temp, tool_cache: toolCache, os: 'Linux' }, github: { workspace } }),
    absorb(stepId, stage, mayFail) {
      steps[stepId] = { outputs: { ...steps[stepId]?.outputs, ...stage.outputs }, outcome: stage.outcome }
      env = { ...env, ...stage.addedEnv }
      for (const path of stage.addedPaths) paths = [...paths.filter((known) => known !== path), path]
      masks = stage.masks
      if (stage.outcome !== 'success' && !mayFail) status = stage.outcome
    },
  }
}
