import type { ImageInfo } from 'dockerode'
import { architectures } from '@kernelkit/core/arch'
import { imageLabel, readLabels, toolchainRepository } from '@kernelkit/core/toolchain'
import type { Host } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import type { ImageLayer, ListedToolchain, ToolFiles } from './toolchain-image.ts'
import { engineLost } from './build-image.ts'
import { planToolchain } from './plan-toolchain.ts'

const names = architectures.map(({ name }) => name)

export interface ListToolchainsOptions {
  readonly engine: Engine
  readonly host: Host
  /** Without it, an image of the whole tool counts as one of another version. */
  readonly tool?: ToolFiles | undefined
  readonly signal?: AbortSignal | undefined
}

/** Toolchain images of ours that the engine has, newest first. */
export async function listToolchainImages(options: ListToolchainsOptions): Promise<readonly ListedToolchain[]> {
  const images = await ourImages(options.engine, 'toolchain', options.signal)
  const listed = await Promise.all(images.map((image) => describeImage(options, image)))
  return listed.flatMap((one) => one ?? []).toSorted((a, b) => b.createdAtMs - a.createdAtMs)
}

/** Images that carry our label with this value; images made FROM ours inherit it, so that names decide as well. */
export async function ourImages(
  engine: Engine,
  what: 'toolchain' | 'base',
  signal: AbortSignal | undefined,
): Promise<readonly ImageInfo[]> {
  try {
    return await engine.docker.listImages({
      filters: { label: [`${imageLabel.what}=${what}`] },
      ...(signal === undefined ? {} : { abortSignal: signal }),
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw engineLost(error, engine.address)
  }
}

/** Names as we give them: Podman shows the registry that Docker leaves out. */
export function shortTags({ RepoTags }: Pick<ImageInfo, 'RepoTags'>): readonly string[] {
  return (RepoTags ?? []).map((tag) => tag.replace(/^docker\.io\//, ''))
}

async function describeImage(options: ListToolchainsOptions, image: ImageInfo): Promise<ListedToolchain | undefined> {
  const label = readLabels(image.Labels ?? {}, names)
  if (label === undefined) return undefined
  const { key, base, spec } = label
  const tag = shortTags(image).find((name) => name === `${toolchainRepository}:${key}`)
  if (tag === undefined) return undefined
  return {
    id: image.Id,
    tag,
    key,
    base,
    spec,
    bytes: image.Size,
    layers: await layersOf(options, image),
    createdAtMs: image.Created * 1000,
    current: (await currentKey(options, spec)) === key,
  }
}

async function currentKey(options: ListToolchainsOptions, spec: ListedToolchain['spec']): Promise<string | undefined> {
  if (spec.kind === 'whole' && options.tool === undefined) return undefined
  // A label of another version may name what this one does not know.
  return planToolchain({ ...options, spec }).then(
    ({ key }) => key,
    () => undefined,
  )
}

/** From the lowest to the highest. What lies below a layer belongs to its name: the same command on another base is another layer. */
async function layersOf({ engine: { docker }, host }: ListToolchainsOptions, image: ImageInfo): Promise<readonly ImageLayer[]> {
  const whole = [{ id: image.Id, bytes: image.Size }]
  const history: unknown = await docker
    .getImage(image.Id)
    .history()
    .catch(() => [])
  if (!Array.isArray(history) || history.length === 0) return whole
  let id = ''
  return (history as readonly { readonly Created: number; readonly CreatedBy: string; readonly Size: number }[])
    .toReversed()
    .map(({ Created, CreatedBy, Size }) => {
      id = host.sha256(JSON.stringify([id, Created, CreatedBy, Size]))
      return { id, bytes: Size }
    })
}

/** What images take together: each shared layer once. */
export function bytesOfImages(images: readonly Pick<ListedToolchain, 'layers'>[]): number {
  const each = new Map(images.flatMap(({ layers }) => layers.map(({ id, bytes }) => [id, bytes] as const)))
  return [...each.values()].reduce((sum, bytes) => sum + bytes, 0)
}
