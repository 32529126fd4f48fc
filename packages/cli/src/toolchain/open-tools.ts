import { UserError } from '@kernelkit/core/errors'
import type { ContainerMount, ToolchainSpec } from '@kernelkit/core/toolchain'
import type { Host } from '@kernelkit/host'
import type { Engine, ToolchainImage, ToolContainer } from '@kernelkit/toolchain'
import type { CommandContext } from '../command.ts'
import type { ToolPlace } from './choose-tools.ts'
import { ownToolFiles } from './tool-files.ts'
import { toolchainFor, type ToolchainFor } from './toolchain-for.ts'

/** The programs of a command, wherever they run; disposal ends the container, if there is one. */
export interface Tools extends AsyncDisposable {
  /** Its files are this machine's, its programs are where the tools are. */
  readonly host: Host
  readonly container: ToolContainer | undefined
}

export interface ToolsOptions {
  /** In the container's label and in messages. */
  readonly purpose: string
  readonly image: ToolchainFor
  readonly user: 'caller' | 'root'
  readonly mounts: readonly ContainerMount[]
  /** Something will be fetched. */
  readonly network: boolean
}

/** This host as it is, or one container that lives as long as the command. */
export async function openTools(context: CommandContext, place: ToolPlace, options: ToolsOptions): Promise<Tools> {
  const { host, signal } = context
  if (place.where === 'host') return { host, container: undefined, [Symbol.asyncDispose]: async () => {} }
  const { engine } = place
  const { openContainer, containerHost } = (await import('@kernelkit/toolchain')) as typeof import('@kernelkit/toolchain') & {
    // T2's, not there yet
    readonly containerHost: (host: Host, container: ToolContainer) => Host
  }
  const image = await toolchainImage(context, engine, await toolchainFor(context, options.image))
  const { purpose, user, mounts, network } = options
  const container = await openContainer(engine, host, { image: image.id, purpose, user, mounts, network, signal })
  return {
    // The container's root has none of the host's files: what it needs goes in and comes out as streams.
    host: user === 'root' ? host : containerHost(host, container),
    container,
    [Symbol.asyncDispose]: () => container[Symbol.asyncDispose](),
  }
}

/** The image for a command; under --dry-run only one that is there already. */
export async function toolchainImage(context: CommandContext, engine: Engine, spec: ToolchainSpec): Promise<ToolchainImage> {
  const { host, signal } = context
  const { listToolchainImages, obtainToolchainImage, planToolchain } = await import('@kernelkit/toolchain')
  const tool = ownToolFiles()
  if (context.dryRun) {
    const { tag } = await planToolchain({ engine, host, spec, tool })
    const listed = await listToolchainImages({ engine, host, tool, signal })
    if (!listed.some((image) => image.tag === tag)) {
      throw new UserError(
        'DRY_RUN_LIMIT',
        `--dry-run changes nothing, so it cannot go on: the engine at ${engine.address} has no toolchain ${tag} yet.`,
        { hint: `kernelkit toolchain build${spec.kind === 'whole' ? ' --whole' : ''} --compiler ${spec.compiler} --suite ${spec.suite}` },
      )
    }
  }
  return obtainToolchainImage({ engine, host, spec, tool, signal })
}
