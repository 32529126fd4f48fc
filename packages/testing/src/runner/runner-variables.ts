import { dirname } from 'node:path'
import type { RunnerDirectories } from './runner-directories.ts'

/** What the job, not the machine, decides. */
export interface JobFacts {
  readonly repository: string
  readonly ref: string
  readonly sha: string
  readonly eventName: string
  /** Marks the processes of one job. */
  readonly trackingId: string
}

/** GITHUB_* and RUNNER_* variables that every step of a job sees. */
export function runnerVariables(directories: RunnerDirectories, facts: JobFacts): Readonly<Record<string, string>> {
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'someone',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_EVENT_NAME: facts.eventName,
    GITHUB_EVENT_PATH: directories.eventFile,
    GITHUB_JOB: 'job',
    GITHUB_REF: facts.ref,
    GITHUB_REF_NAME: facts.ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
    GITHUB_REPOSITORY: facts.repository,
    GITHUB_REPOSITORY_OWNER: facts.repository.split('/')[0] ?? '',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: facts.sha,
    GITHUB_WORKFLOW: 'workflow',
    GITHUB_WORKSPACE: directories.workspace,
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'harness',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: directories.temp,
    RUNNER_TOOL_CACHE: directories.toolCache,
    RUNNER_TRACKING_ID: facts.trackingId,
    RUNNER_WORKSPACE: dirname(directories.workspace),
  }
}

// Those of the test run itself; a runner knows nothing of them.
const ofTheTestRun =
  /^(?:ACTIONS|GITHUB|INPUT|KERNELKIT|RUNNER|STATE|VITE|VITEST|npm)_|^(?:CI|DEV|INIT_CWD|MODE|NODE|NODE_ENV|NODE_OPTIONS|PROD|SSR|TEST|VITEST)$/

/** The environment a runner on this machine would have: the caller's, without what npm and Vitest put into it. */
export function machineEnvironment(own: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const kept = Object.entries(own).flatMap(([name, value]) => (value === undefined || ofTheTestRun.test(name) ? [] : [[name, value]]))
  const path = (own['PATH'] ?? '').split(':').filter((directory) => !directory.includes('node_modules'))
  return { ...(Object.fromEntries(kept) as Record<string, string>), PATH: path.join(':') }
}
