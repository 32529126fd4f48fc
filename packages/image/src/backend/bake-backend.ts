import type { BakeTools } from '@kernelkit/core/debootstrap'
import type { ImageSpec } from '@kernelkit/core/options'
import type { RunStep, Step } from '@kernelkit/core/plan'
import type { RunOptions, RunResult, StepOptions } from '@kernelkit/host'
import type { WorkSteps } from './work-steps.ts'

/** Where images are made: this host, or a toolchain container. */
export interface BakeBackend {
  readonly where: 'host' | 'container'
  /** Of the programs there. */
  readonly uid: number
  /** Tool and rights, with a line in the log; everything that is missing there in one error. */
  tools(spec: ImageSpec): Promise<BakeTools>
  /** A short program there, outside any work directory; its exit status is returned. */
  ask(argv: readonly string[], options?: Pick<RunOptions, 'signal'>): Promise<Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>>
  /** Settings of the host's apt (`Acquire::…`) that the bootstrap there needs too. */
  aptOptions(): Promise<readonly string[]>
  /** Throws when programs there cannot see this mirror at all. */
  checkMirror(uri: string): void
  /** What a work directory is called in a printed list; `perRun`: mktemp(1) gives it its name. */
  plannedDirectory(): { readonly path: string; readonly perRun: boolean }
  /** Steps in a work directory there. */
  stepsIn(path: string, tools: BakeTools): WorkSteps
  open(tools: BakeTools): Promise<WorkDirectory>
}

/** A directory to work in, where other programs than ours have the rights of root. Disposal removes it. */
export interface WorkDirectory extends AsyncDisposable {
  readonly where: BakeBackend['where']
  readonly steps: WorkSteps
  perform(steps: readonly Step[], options?: Pick<StepOptions, 'signal' | 'package' | 'onResult'>): Promise<void>
  /** A long program whose whole family ends with the signal or with this process; resolves with its exit status. */
  supervise(step: RunStep, options: { readonly onLine: (line: string) => void; readonly signal?: AbortSignal | undefined }): Promise<number>
  readText(name: string): Promise<string>
}
