import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { Plan } from '@kernelkit/core/plan'
import type { ContainerMount, ToolchainSpec } from '@kernelkit/core/toolchain'
import type { Host, Store } from '@kernelkit/host'
import type { ToolContainer } from '../container/tool-container.ts'
import type { Engine } from '../engine/engine.ts'
import type { ToolchainImage } from '../image/toolchain-image.ts'
import type { ToolPlace } from './choose-tools.ts'
import { prepareApt } from './prepare-apt.ts'
import { joinMounts } from './tool-directories.ts'
import { toolchainFor, type ToolchainFor } from './toolchain-for.ts'
import type { ToolsContext } from './tools-context.ts'

/** The programs of a command, wherever they run; disposal ends the container, if there is one. */
export interface Tools extends AsyncDisposable {
  /** Its files are this machine's, its programs are where the tools are. */
  readonly host: Host
  readonly container: ToolContainer | undefined
  /** A plan as it is executed here: with the container, if there is one. */
  place(plan: Plan): Plan
}

export interface ToolsOptions {
  /** In the container's label and in messages. */
  readonly purpose: string
  readonly image: ToolchainFor
  readonly user: 'caller' | 'root'
  /** Of the caller's; the container's root gets none. */
  readonly mounts: readonly ContainerMount[]
  /** Something will be fetched. */
  readonly network: boolean
  /** Where apt keeps its lists, when it is to download something. */
  readonly apt?: Store | undefined
}

/** This host as it is, or one container that lives as long as the command. */
export async function openTools(context: ToolsContext, place: ToolPlace, options: ToolsOptions): Promise<Tools> {
  const { host, signal } = context
  if (place.where === 'host') return { host, container: undefined, place: (plan) => plan, [Symbol.asyncDispose]: async () => {} }
  const { openContainer, containerHost, placeInside, withContainer } = await import('../index.ts')
  const image = await toolchainImage(context, place.engine, await toolchainFor(context, options.image))
  const { purpose, user, network } = options
  const open = (mounts: readonly ContainerMount[]): Promise<ToolContainer> =>
    openContainer(place.engine, host, { image: image.id, purpose, user, mounts, network, signal })
  if (user === 'root') {
    // The container's root sees none of this machine's files: what it needs goes in and comes out as streams.
    const container = await open([])
    return {
      host,
      container,
      place: (plan) => withContainer(plan, container),
      [Symbol.asyncDispose]: () => container[Symbol.asyncDispose](),
    }
  }
  const scratch = await host.tempDir('kernelkit-tools-')
  const dispose = (): PromiseLike<void> => scratch[Symbol.asyncDispose]()
  try {
    const container = await open(joinMounts([...options.mounts, { path: scratch.path, readOnly: false }]))
    const apt = options.apt === undefined ? {} : await prepareApt(host, { container, store: options.apt, name: image.key, signal })
    const env = { ...apt, ...(network ? proxies(host) : {}) }
    return {
      host: containerHost(host, { container, image, scratch: scratch.path, env }),
      container,
      place: (plan) => placeInside(plan, { host, container: withScratch(container, scratch.path), env }),
      [Symbol.asyncDispose]: async () => {
        await container[Symbol.asyncDispose]()
        await dispose()
      },
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Mounts without the directory that goes away with this run. */
function withScratch(container: ToolContainer, scratch: string): Pick<ToolContainer, 'name' | 'mounts' | 'request'> {
  const { request } = container
  const mounts = request.HostConfig?.Mounts?.filter(({ Source }) => Source !== scratch)
  return {
    ...container,
    request: { ...request, HostConfig: { ...request.HostConfig, ...(mounts === undefined ? {} : { Mounts: mounts }) } },
  }
}

/** What is fetched inside is fetched as it would be outside. */
function proxies({ env }: Pick<Host, 'env'>): Readonly<Record<string, string>> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()])
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])))
}

/** The image for a command; under --dry-run only one that is there already. */
export async function toolchainImage(context: ToolsContext, engine: Engine, spec: ToolchainSpec): Promise<ToolchainImage> {
  const { host, signal, tool } = context
  const { listToolchainImages, obtainToolchainImage, planToolchain } = await import('../index.ts')
  if (context.dryRun === true) {
    const { tag } = await planToolchain({ engine, host, spec, tool })
    const listed = await listToolchainImages({ engine, host, tool, signal })
    if (!listed.some((image) => image.tag === tag)) {
      const words = `kernelkit toolchain build${spec.kind === 'whole' ? ' --whole' : ''} --compiler ${spec.compiler} --suite ${spec.suite}`
      throw new UserError(
        'DRY_RUN_LIMIT',
        message`${option('dry-run')} changes nothing, so it cannot continue: the engine at ${engine.address} has no toolchain ${tag} yet.`,
        { hint: message`Run ${command(words)}.` },
      )
    }
  }
  return obtainToolchainImage({ engine, host, spec, tool, signal })
}
