import { dirname } from 'node:path'
import { quoteArgv, type Plan, type RunStep, type Step } from '@kernelkit/core/plan'
import { fetchFile } from './fetch-file.ts'
import type { Host } from './host.ts'
import type { Logger } from './logger.ts'
import { explaining } from './system-error.ts'

export interface RunPlanOptions {
  readonly signal?: AbortSignal | undefined
  /** Default: the host's. Each step's reason and command go to `detail`. */
  readonly log?: Logger
  /** Each line that a program prints. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** A short status of long downloads, at most a few times a second. */
  readonly onProgress?: (status: string) => void
}

export interface StepResult {
  readonly step: Step
  readonly seconds: number
  /** Of a run step, unless it went to a file. */
  readonly stdout: string
  readonly stderr: string
}

/** Carry out a plan, step by step; the first failing step ends it. */
export async function runPlan(plan: Plan, host: Host, options: RunPlanOptions = {}): Promise<readonly StepResult[]> {
  const log = options.log ?? host.log
  const results: StepResult[] = []
  log.detail(`# ${plan.title}`)
  for (const step of plan.steps) {
    options.signal?.throwIfAborted()
    log.detail(`# ${step.why}`)
    const startedMs = host.monotonicMs()
    const output = await explaining(placeOf(step), () => runStep(step, host, { ...options, log }))
    results.push({ step, seconds: (host.monotonicMs() - startedMs) / 1000, ...output })
  }
  return results
}

type Output = Pick<StepResult, 'stdout' | 'stderr'>
const noOutput: Output = { stdout: '', stderr: '' }

async function runStep(step: Step, host: Host, options: RunPlanOptions & { readonly log: Logger }): Promise<Output> {
  switch (step.kind) {
    case 'run':
      return runProgramStep(step, host, options)
    case 'write':
      await host.fs.mkdir(dirname(step.path), { recursive: true })
      await host.fs.writeAtomic(step.path, step.content, step.mode ?? 0o644)
      // writeFile's mode is narrowed by the umask.
      if (step.mode !== undefined) await host.fs.chmod(step.path, step.mode)
      return noOutput
    case 'fetch': {
      options.log.detail(`fetch ${step.url}`)
      await fetchFile(host, {
        url: step.url,
        to: step.to,
        sha256: step.sha256,
        signal: options.signal,
        ...(options.onProgress === undefined ? {} : { onProgress: progressOf(host, options.onProgress) }),
      })
      return noOutput
    }
    case 'mkdir':
      await host.fs.mkdir(step.path, { recursive: true, ...(step.mode === undefined ? {} : { mode: step.mode }) })
      return noOutput
  }
}

async function runProgramStep(step: RunStep, host: Host, options: RunPlanOptions & { readonly log: Logger }): Promise<Output> {
  options.log.detail(`$ ${quoteArgv(step.argv)}`)
  return host.run(step.argv, {
    endsWithParent: true,
    onLine: options.onLine ?? ((line) => options.log.detail(line)),
    cwd: step.cwd,
    env: step.env,
    input: step.input,
    outputTo: step.outputTo,
    signal: options.signal,
  })
}

function placeOf(step: Step): string | undefined {
  switch (step.kind) {
    case 'run':
      return step.outputTo
    case 'fetch':
      return step.to
    case 'write':
    case 'mkdir':
      return step.path
  }
}

function progressOf(host: Host, say: (status: string) => void): (bytes: number, total: number | undefined) => void {
  let saidMs = -Infinity
  return (bytes, total) => {
    const nowMs = host.monotonicMs()
    if (nowMs - saidMs < 250) return
    saidMs = nowMs
    const mib = (value: number): string => (value / 2 ** 20).toFixed(0)
    say(total === undefined ? `${mib(bytes)} MiB` : `${mib(bytes)} of ${mib(total)} MiB`)
  }
}
