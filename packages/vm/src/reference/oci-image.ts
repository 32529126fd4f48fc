import { join, resolve } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import { UserError, message, option } from '@kernelkit/core/errors'
import { renderKernelReference, type OciKernel } from '@kernelkit/core/kernels'
import { choosePlatform, readOciDocument, type OciDescriptor } from '@kernelkit/core/packages'
import type { Host } from '@kernelkit/host'
import { fetchRegistryObject } from '@kernelkit/host/registry'

/** An image whose layers can be read. */
export interface OciImage {
  /** Of what was named: the same digest is the same kernel. */
  readonly digest: string
  layers(): Promise<readonly OciDescriptor[]>
  /** The file of a layer, its content checked; the caller's directory takes what is fetched. */
  layerFile(layer: OciDescriptor, directory: string): Promise<string>
}

// The image specification asks clients to refuse manifests of more than 4 MiB only by example; registries set it as their limit.
const mostManifestBytes = 4 << 20
// An index may name an index; more than that is a loop.
const mostLevels = 4

/** Opens an image of a registry or of a layout directory; nothing is fetched yet. */
export async function openOciImage(
  host: Host,
  reference: OciKernel,
  { arch, signal }: { readonly arch: Arch; readonly signal?: AbortSignal | undefined },
): Promise<OciImage> {
  const label = renderKernelReference(reference)
  const { place } = reference
  const root = place.kind === 'layout' ? resolve(host.cwd, place.path) : ''
  const digest = reference.digest ?? (await onlyImage(host, { root, label, arch }))
  const object = async (kind: 'manifests' | 'blobs', one: OciDescriptor, directory: string): Promise<string> => {
    const hex = one.digest.slice('sha256:'.length)
    if (place.kind === 'registry') {
      const to = join(directory, hex)
      await fetchRegistryObject(
        host,
        { host: place.host, name: place.name, kind, digest: one.digest, mostBytes: one.bytes },
        { to, signal },
      )
      return to
    }
    const path = join(root, 'blobs/sha256', hex)
    const stat = await host.fs.stat(path).catch(() => undefined)
    if (stat?.isFile() !== true) throw refusal(label, `${path} is missing`)
    const found = await host.sha256File(path)
    if (found !== hex) throw refusal(label, `${path} has other content than its name says (sha256 ${found})`)
    return path
  }
  return {
    digest,
    layers: async () => {
      await using directory = await host.tempDir('kernelkit-oci-')
      let next: OciDescriptor = { digest, bytes: mostManifestBytes }
      for (let level = 0; level < mostLevels; level++) {
        const path = await object('manifests', next, directory.path)
        if ((await host.fs.stat(path)).size > mostManifestBytes)
          throw refusal(label, `its manifest has more than ${mostManifestBytes} bytes`)
        const document = readOciDocument(await host.fs.readFile(path, 'utf8'))
        if (document.kind === 'unknown') throw refusal(label, `${next.digest} is not the manifest of an image: ${document.reason}`)
        if (document.kind === 'manifest') return document.layers
        const [choice, ...more] = choosePlatform(document.manifests, arch.goArch)
        if (choice === undefined || more.length > 0) throw ambiguous(label, document.manifests, arch)
        next = { digest: choice.digest, bytes: mostManifestBytes }
      }
      throw refusal(label, 'its indexes name each other')
    },
    layerFile: (layer, directory) => object('blobs', layer, directory),
  }
}

/** The only image of a layout directory for the architecture. */
async function onlyImage(
  host: Host,
  { root, label, arch }: { readonly root: string; readonly label: string; readonly arch: Arch },
): Promise<string> {
  const text = await host.fs.readFile(join(root, 'index.json'), 'utf8').catch((cause: unknown) => {
    throw new UserError(
      'FILE_NOT_FOUND',
      message`${option('kernel', label)}: ${root} is not an OCI layout directory: it has no index.json.`,
      {
        hint: 'Name a directory as `skopeo copy docker://IMAGE oci:DIR` makes one, or oci:REGISTRY/NAME@sha256:…',
        cause,
      },
    )
  })
  const document = readOciDocument(text)
  if (document.kind !== 'index') throw refusal(label, 'its index.json lists no manifests')
  const [only, ...more] = document.manifests.length === 1 ? document.manifests : choosePlatform(document.manifests, arch.goArch)
  if (only === undefined || more.length > 0) throw ambiguous(label, document.manifests, arch)
  return only.digest
}

function ambiguous(
  label: string,
  manifests: readonly { readonly digest: string; readonly platform: string | undefined; readonly tag: string | undefined }[],
  arch: Arch,
): UserError {
  const list = manifests.map(({ digest, platform, tag }) => [digest, platform, tag].filter((word) => word !== undefined).join(' '))
  const count = manifests.length === 0 ? 'it has none' : `it has ${list.slice(0, 20).join('; ')}`
  return new UserError('NO_SUCH_KERNEL', `${label}: not exactly one image of it is for linux/${arch.goArch}: ${count}.`, {
    hint: manifests.length === 0 ? 'Name another image.' : 'Name one of them by its digest: …@sha256:….',
    details: { image: label, digests: manifests.map(({ digest }) => digest) },
  })
}

function refusal(label: string, reason: string): UserError {
  return new UserError('NOT_A_KERNEL', `${label}: ${reason}.`, {
    hint: 'Check that it is the image of a kernel, and whether it was copied in whole.',
    details: { image: label },
  })
}
