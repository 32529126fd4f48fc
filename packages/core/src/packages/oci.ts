/** A file of an OCI image by its content. */
export interface OciDescriptor {
  /** `sha256:…`. */
  readonly digest: string
  readonly bytes: number
}

/** What a document of an OCI image says: its layers, or the manifests to choose from. */
export type OciDocument =
  | { readonly kind: 'manifest'; readonly layers: readonly OciDescriptor[] }
  | { readonly kind: 'index'; readonly manifests: readonly OciChoice[] }
  | { readonly kind: 'unknown'; readonly reason: string }

export interface OciChoice extends OciDescriptor {
  /** `linux/ARCHITECTURE`, where the index says it. */
  readonly platform: string | undefined
  /** Its tag, in a layout directory. */
  readonly tag: string | undefined
}

// Far above any image; a kernel has two or three layers.
const mostItems = 1000

/** Reads a manifest or an index (https://github.com/opencontainers/image-spec; Docker's documents have the same fields). */
export function readOciDocument(text: string): OciDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'unknown', reason: 'it is not JSON' }
  }
  const { manifests, layers } = fieldsOf(value)
  const items = Array.isArray(layers) ? layers : Array.isArray(manifests) ? manifests : undefined
  if (items === undefined) return { kind: 'unknown', reason: 'it has neither layers nor manifests' }
  if (items.length > mostItems) return { kind: 'unknown', reason: `it has ${items.length} of them, more than ${mostItems}` }
  const choices = items.map(readChoice)
  const sound = choices.filter((one) => one !== undefined)
  if (sound.length < choices.length) return { kind: 'unknown', reason: 'one of its descriptors has no sha256 digest or no size' }
  return Array.isArray(layers)
    ? { kind: 'manifest', layers: sound.map(({ digest, bytes }) => ({ digest, bytes })) }
    : { kind: 'index', manifests: sound }
}

function readChoice(value: unknown): OciChoice | undefined {
  const { digest, size, platform, annotations } = fieldsOf(value)
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest) || !Number.isSafeInteger(size) || Number(size) < 0)
    return undefined
  const { os, architecture } = fieldsOf(platform)
  const tag = fieldsOf(annotations)['org.opencontainers.image.ref.name']
  return {
    digest,
    bytes: Number(size),
    platform: typeof os === 'string' && typeof architecture === 'string' ? `${os}/${architecture}` : undefined,
    tag: typeof tag === 'string' ? tag : undefined,
  }
}

/** The manifests of an index for an architecture, as Go names it; one that names no platform may be for any. */
export function choosePlatform(manifests: readonly OciChoice[], goArch: string): readonly OciChoice[] {
  const fitting = manifests.filter(({ platform }) => platform === `linux/${goArch}`)
  return fitting.length > 0 ? fitting : manifests.filter(({ platform }) => platform === undefined)
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
