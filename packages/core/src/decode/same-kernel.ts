import type { KernelFacts } from '../report/evidence.ts'

/** What an executable says about the build that it comes from. */
export interface ExecutableFacts {
  readonly buildId: string | undefined
  /** `linux_banner`. */
  readonly banner: string | undefined
}

// A line that was cut says enough with its release and its builder.
const shortestBanner = 40

/** Whether a log was printed by an executable's build; undefined when the log does not say who printed it. */
export function compareKernels(
  log: KernelFacts,
  executable: ExecutableFacts,
): { readonly isSame: boolean; readonly why: string } | undefined {
  if (log.buildId !== undefined && executable.buildId !== undefined)
    return {
      isSame: log.buildId === executable.buildId,
      why: `the log's build id is ${log.buildId}, the file's ${executable.buildId}`,
    }
  if (log.banner === undefined || executable.banner === undefined) return undefined
  const isCut = log.banner.length >= shortestBanner && executable.banner.startsWith(log.banner)
  return {
    isSame: isCut || log.banner === executable.banner,
    why: `the log is of '${log.banner}', the file of '${executable.banner}'`,
  }
}
