import type { ReportKind } from '@kernelkit/core/console'
import type { PreparedVm } from '@kernelkit/vm/internal'

/** What main passes to post about a VM that keeps running. */
export interface KeptState {
  readonly id: string
  readonly name: string
  readonly console: string
  /** Directory of the artifacts, absolute. */
  readonly artifacts: string
  readonly failOn: readonly ReportKind[]
  readonly allow: string | undefined
  /** What is written to its images must reach them. */
  readonly persist: boolean
  /** Of the kernel, to decode its reports; and the tree that it was built from. */
  readonly vmlinux: string | undefined
  readonly modules: readonly string[]
  readonly sourceTree: string | undefined
  /** Lines of the console that main has judged. */
  readonly judgedLines: number
}

/** For a VM that is about to start, or whose console was judged up to a line. */
export function keptState({ place, request, plan }: PreparedVm, artifacts: string, judgedLines: number): KeptState {
  const { failOn, allow, persist } = plan.vm
  return {
    id: place.id,
    name: place.name,
    console: request.consolePath,
    artifacts,
    failOn,
    allow,
    persist,
    vmlinux: plan.kernel.vmlinux,
    modules: plan.kernel.moduleDirectories,
    sourceTree: plan.kernel.sourceTree,
    judgedLines,
  }
}
