import { parseArch, type ArchName } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { distributions, releaseWord, type DistributionKernel } from '@kernelkit/core/kernels'
import { listKernelOffers, type KernelOffers, type ReleaseIndex } from '@kernelkit/core/packages'
import { labelOf, openStoreToLook, type Host, type Store } from '@kernelkit/host'
import { kernelInDirectory } from '../resolve/find-kernel.ts'
import { readManifest } from '../resolve/kernel-version.ts'
import { archiveSuites } from './archive-suites.ts'
import { readSuites, type FindInput } from './find-packages.ts'
import { packagedMaterial } from './store-kernel.ts'

/** A kernel that can be booted by a word. */
export interface ListedKernel {
  /** The word for `-k`. */
  readonly reference: string
  /** Its package, where a mirror has it; of a kernel in the store what it is. */
  readonly name: string
  readonly version: string | undefined
  readonly suite: string | undefined
  /** Size of the download, bytes; `undefined`: no mirror has it. */
  readonly bytes: number | undefined
  /** Its directory in the store, when all of it is there. */
  readonly path: string | undefined
  /** What it takes there, bytes. */
  readonly storedBytes: number | undefined
}

export interface KernelList {
  readonly kernels: readonly ListedKernel[]
  /** Kernels that a mirror lists without all of their packages. */
  readonly broken: KernelOffers['broken']
  /** Suites that gave no list, and why. */
  readonly unknown: readonly { readonly release: string; readonly reason: string }[]
}

export interface ListInput {
  readonly arch: ArchName
  readonly mirror: string | undefined
  /** Only releases that a word for this pattern may begin with are asked; the answer may have more than fits it. */
  readonly glob?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** The kernels that mirrors offer and that the store holds; without network the store's, and what the last lists say. */
export async function listKernels(host: Host, store: Store, { arch: name, mirror, glob, signal }: ListInput): Promise<KernelList> {
  const arch = parseArch(name)
  const { indexes, unknown } = await readReleases(host, store, { arch, mirror, glob, signal })
  const { offers, broken } = listKernelOffers(indexes, arch.debianKernel)
  const stored = await storedKernels(host, store, name)
  const offered = offers.map(({ reference, name: title, version, suite, packages, bytes }) => {
    const key = store.keyOf(packagedMaterial(packages.map(({ sha256 }) => sha256)))
    const here = stored.get(key)
    const kernel: ListedKernel = { reference, name: title, version, suite, bytes, path: here?.path, storedBytes: here?.bytes }
    return { key, kernel }
  })
  const keys = new Set(offered.map(({ key }) => key))
  const others = [...stored.values()].filter(({ key }) => !keys.has(key))
  return {
    kernels: [
      ...offered.map(({ kernel }) => kernel),
      ...others.map(({ path, bytes, label }): ListedKernel => ({
        reference: path,
        name: label,
        version: undefined,
        suite: undefined,
        bytes: undefined,
        path,
        storedBytes: bytes,
      })),
    ],
    broken,
    unknown,
  }
}

type Readings = Pick<KernelList, 'unknown'> & { readonly indexes: readonly ReleaseIndex[] }

/** One after the other: a list is some 50 MB of text until it is read. */
async function readReleases(host: Host, store: Store, { signal, glob, ...input }: FindInput & Pick<ListInput, 'glob'>): Promise<Readings> {
  const indexes: ReleaseIndex[] = []
  const failed: { readonly release: string; readonly error: UserError }[] = []
  for (const place of releasePlaces()) {
    signal?.throwIfAborted()
    const release = `${place.distribution}:${releaseWord(distributions[place.distribution], place.suite)}${place.backports ? '-backports' : ''}`
    if (glob !== undefined && !mayName(glob, release)) continue
    try {
      const suites = await archiveSuites(host, place, input)
      indexes.push({ release, suite: suites[0]?.suite ?? place.suite, packages: await readSuites(host, store, suites, signal) })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      failed.push({ release, error })
    }
  }
  // Not every mirror has every suite; a machine without a distribution's mirror or keyring does not use it.
  const isUsual = ({ code }: UserError): boolean =>
    code === 'UNKNOWN_SUITE' || (indexes.length > 0 && (code === 'NO_MIRROR' || code === 'HOST_LACKS'))
  return {
    indexes,
    unknown: failed.filter(({ error }) => !isUsual(error)).map(({ release, error }) => ({ release, reason: error.message })),
  }
}

/** Whether a word of a release, such as debian:12/cloud, may fit a pattern; names of packages may be anywhere. */
function mayName(glob: string, release: string): boolean {
  const [start = ''] = glob.split(/[*?]/, 1)
  const namesRelease = Object.keys(distributions).some((name) => start.startsWith(`${name}:`))
  return !namesRelease || release.startsWith(start) || start.startsWith(release)
}

/** Releases with their backports, the oldest first. */
function releasePlaces(): readonly Omit<DistributionKernel, 'flavour' | 'kind'>[] {
  return Object.values(distributions).flatMap(({ name, releases, rolling }) =>
    releases.flatMap(({ suite }) =>
      [false, ...(rolling.includes(suite) || name !== 'debian' ? [] : [true])].map((backports) => ({
        distribution: name,
        suite,
        backports,
      })),
    ),
  )
}

interface StoredKernel {
  readonly key: string
  readonly path: string
  readonly bytes: number
  readonly label: string
}

/** Kernels of the store for an architecture, without those that have lost a part. */
async function storedKernels(host: Host, store: Store, arch: ArchName): Promise<ReadonlyMap<string, StoredKernel>> {
  const look = openStoreToLook(host, store.root)
  const found = await Promise.all(
    (await look.list()).map(async ({ kind, key, path, bytes }): Promise<StoredKernel | undefined> => {
      if (kind !== 'kernel') return undefined
      const manifest = await readManifest(host, path)
      if (manifest?.['arch'] !== arch || (await look.lookup(kind, key)) === undefined) return undefined
      if ((await kernelInDirectory(host, path).catch(() => undefined)) === undefined) return undefined
      return { key, path, bytes, label: labelOf(manifest) ?? '' }
    }),
  )
  return new Map(found.flatMap((one) => (one === undefined ? [] : [[one.key, one]])))
}
