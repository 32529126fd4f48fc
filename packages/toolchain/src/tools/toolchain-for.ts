import type { ArchName } from '@kernelkit/core/arch'
import { ownTargets, type ToolchainSpec } from '@kernelkit/core/toolchain'
import type { ToolsContext } from './tools-context.ts'

export interface ToolchainFor {
  readonly compiler?: string
  /** The architecture of what is built; one of another machine is added to those that every image serves. */
  readonly arch?: ArchName
  readonly kind?: ToolchainSpec['kind']
}

/** The toolchain that a command asks for: the same for all commands that can share one. */
export async function toolchainFor(
  { host }: ToolsContext,
  { compiler = 'gcc', arch, kind = 'build' }: ToolchainFor,
): Promise<ToolchainSpec> {
  const { defaultSuite } = await import('../index.ts')
  const own = ownTargets(host.nodeArch)
  return { compiler, kind, suite: await defaultSuite(host), targets: arch === undefined || own.includes(arch) ? own : [...own, arch] }
}
