import { renderKeyMaterial } from '@kernelkit/core/cachekey'
import { UserError } from '@kernelkit/core/errors'
import {
  renderDockerfile,
  toolchainKeyMaterial,
  toolchainPackages,
  toolchainRepository,
  type ToolchainSpec,
} from '@kernelkit/core/toolchain'
import { hostSuite, type Host } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import type { ToolchainPlan, ToolFiles } from './toolchain-image.ts'
import { digestToolFiles, wholeToolFiles, type ContextFile } from './build-context.ts'

/** A fifth of SHA-256 is enough for a name among a machine's images. */
const keyLength = 16

/** Suite of a toolchain when none is asked for: the host's, so that both hold the same compiler; else bookworm, the newest that has every architecture. */
export async function defaultSuite(host: Pick<Host, 'fs'>): Promise<string> {
  return (await hostSuite(host)) ?? 'bookworm'
}

export interface PlanToolchainOptions {
  readonly host: Host
  readonly spec: ToolchainSpec
  /** Default: an engine on a machine like ours. */
  readonly engine?: Pick<Engine, 'nodeArch'> | undefined
  readonly tool?: ToolFiles | undefined
}

/** Tag, key and recipe of a toolchain, and the files that go into it; nothing is asked of an engine. */
export async function planToolchain(options: PlanToolchainOptions): Promise<ToolchainPlan & { readonly files: readonly ContextFile[] }> {
  const { host, spec, tool } = options
  const nodeArch = options.engine?.nodeArch ?? host.nodeArch
  const files = spec.kind === 'whole' ? await wholeToolFiles(host, neededTool(tool), nodeArch) : []
  const digest = files.length === 0 ? undefined : await digestToolFiles(host, files)
  const key = host.sha256(renderKeyMaterial(toolchainKeyMaterial({ spec, nodeArch, files: digest }))).slice(0, keyLength)
  return {
    tag: `${toolchainRepository}:${key}`,
    key,
    dockerfile: renderDockerfile({ spec, nodeArch }),
    packages: toolchainPackages(spec, nodeArch).map(({ name }) => name),
    files,
  }
}

function neededTool(tool: ToolFiles | undefined): ToolFiles {
  if (tool !== undefined) return tool
  throw new UserError('TOOLCHAIN_BUILD', "the whole-tool image holds the command's own files, whose place is not known.", {
    hint: 'Run it through the kernelkit command.',
  })
}
