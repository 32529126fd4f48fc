import { join } from 'node:path'
import { imageSourceLine, renderCustomisation, type InstalledPackage } from '@kernelkit/core/debootstrap'
import { allocatedBytes, type Host, type StoreEntry } from '@kernelkit/host'
import type { ImageJob } from './image-job.ts'
import { customisationOf } from './image-material.ts'

/** Name of the disk image inside its store entry. */
export const imageFileName = 'root.ext4'

/** The result of `bake`; with inputs and versions also the manifest next to the image. */
export interface BakeResult {
  /** Absolute path of the ext4 file in the store. */
  readonly image: string
  readonly manifest: string
  readonly suite: string
  readonly arch: string
  readonly key: string
  readonly cached: boolean
  readonly seconds: BakeSeconds
  readonly bytes: { readonly apparent: number; readonly allocated: number }
  readonly packages: readonly InstalledPackage[]
}

/** Of this answer: zero for what came from the store. */
export interface BakeSeconds {
  readonly bootstrap: number
  readonly customize: number
  readonly mkfs: number
  readonly total: number
}

interface Manifest extends Omit<BakeResult, 'cached' | 'seconds' | 'manifest'> {
  readonly seconds: Omit<BakeSeconds, 'total'>
  readonly inputs: Readonly<Record<string, unknown>>
}

/** Next to the image: inputs, versions, sizes and seconds of this bake. */
export async function writeManifest(
  host: Host,
  {
    directory,
    key,
    spec,
    tools,
    known,
    inputs,
    seconds,
    image,
    packages,
  }: ImageJob & { readonly image: string; readonly packages: readonly InstalledPackage[] },
): Promise<void> {
  // No digest of the whole file: reading 4 GiB of holes would cost as much as all the rest.
  const [apparent, allocated] = [(await host.fs.stat(image)).size, await allocatedBytes(host, image)]
  const manifest: Manifest = {
    image: imageFileName,
    suite: spec.suite,
    arch: spec.arch.name,
    key,
    bytes: { apparent, allocated },
    seconds,
    inputs: {
      mirror: imageSourceLine({ uri: known.uri, suite: spec.suite, components: ['main'] }),
      releaseDigest: known.digest,
      releaseDate: new Date(known.release.date * 1000).toISOString(),
      include: spec.include,
      size: spec.sizeBytes,
      trim: spec.trim,
      sshKeys: inputs.sshKeys.length,
      customize: inputs.scripts.map(({ name, sha256 }) => ({ name, sha256 })),
      overlays: inputs.overlays,
      tool: `${tools.tool} ${tools.toolVersion}`,
      customisation: host.sha256(renderCustomisation(customisationOf({ spec, known, inputs }))),
    },
    packages,
  }
  await host.fs.writeFile(join(directory, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

/** The answer that a store entry holds. */
export async function readManifest(host: Host, entry: StoreEntry): Promise<Omit<BakeResult, 'cached' | 'seconds'>> {
  const path = join(entry.path, 'manifest.json')
  const { suite, arch, key, bytes, packages } = JSON.parse(await host.fs.readFile(path, 'utf8')) as Manifest
  return { image: join(entry.path, imageFileName), manifest: path, suite, arch, key, bytes, packages }
}
