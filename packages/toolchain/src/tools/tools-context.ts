import type { ToolchainChoice } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import type { ToolFiles } from '../image/toolchain-image.ts'

/** What command and Actions give to have programs found. */
export interface ToolsContext {
  readonly host: Host
  readonly signal: AbortSignal
  readonly toolchain: ToolchainChoice
  /** Take only an image that the engine has already. */
  readonly dryRun?: boolean
  /** The command's own files: the whole-tool image is made of them. */
  readonly tool?: ToolFiles
}
