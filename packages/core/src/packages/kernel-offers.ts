import { collectKernelPackages, findPackage, isConcreteKernel, kernelFiles, listFlavours, type ArchivePackage } from './package-index.ts'

/** What the suites of one release have. */
export interface ReleaseIndex {
  /** As users write it: `debian:12-backports`. */
  readonly release: string
  /** Code name of its suite. */
  readonly suite: string
  readonly packages: readonly ArchivePackage[]
}

/** A kernel that an archive offers with all its parts. */
export interface KernelOffer {
  /** The word for `-k`. */
  readonly reference: string
  /** The package with the kernel's image, or with what it depends on. */
  readonly name: string
  readonly version: string
  readonly suite: string
  readonly packages: readonly ArchivePackage[]
  /** Size of the download. */
  readonly bytes: number
}

/** A kernel that an archive lists without one of its parts. */
export interface BrokenOffer {
  readonly name: string
  readonly version: string
  readonly suite: string
  readonly missing: string
}

export interface KernelOffers {
  readonly offers: readonly KernelOffer[]
  readonly broken: readonly BrokenOffer[]
}

/**
 * Every kernel of an architecture that releases offer: first the newest one of each flavour by its short name, then the others
 * by package; a package that several releases have comes once.
 */
export function listKernelOffers(indexes: readonly ReleaseIndex[], debianKernel: string): KernelOffers {
  const offers: KernelOffer[] = []
  const broken = new Map<string, BrokenOffer>()
  const named = new Set<string>()
  const keyOf = ({ name, version }: ArchivePackage): string => `${name} ${version}`
  const add = (index: ReleaseIndex, first: ArchivePackage, reference: (image: ArchivePackage) => string): void => {
    const offered = collectKernelPackages(index.packages, first)
    const { suite } = index
    if (offered.kind === 'incomplete') {
      broken.set(keyOf(first), { name: first.name, version: first.version, suite, missing: offered.missing })
      return
    }
    const packages = kernelFiles(offered.packages)
    const image = packages.find(({ name }) => name.startsWith('linux-image-')) ?? first
    named.add(keyOf(image))
    const bytes = packages.reduce((sum, one) => sum + one.bytes, 0)
    offers.push({ reference: reference(image), name: image.name, version: image.version, suite, packages, bytes })
  }
  for (const index of indexes) {
    for (const { flavour, name } of listFlavours(index.packages, debianKernel)) {
      const first = findPackage(index.packages, name)
      if (first !== undefined) add(index, first, () => `${index.release}${flavour === undefined ? '' : `/${flavour}`}`)
    }
  }
  const images = indexes.map(({ packages }) => packages.filter(isImage))
  const versions = new Map<string, Set<string>>()
  for (const { name, version } of images.flat()) versions.set(name, (versions.get(name) ?? new Set()).add(version))
  for (const [at, index] of indexes.entries()) {
    for (const image of images[at] ?? []) {
      if (named.has(keyOf(image)) || broken.has(keyOf(image)) || isUnsignedTwin(image, index.packages)) continue
      const isOnly = versions.get(image.name)?.size === 1
      add(index, image, ({ name, version }) => `deb:${name}${isOnly ? '' : `=${version}`}`)
    }
  }
  return { offers, broken: [...broken.values()] }
}

/** The image of one kernel, not a metapackage. */
function isImage(one: ArchivePackage): boolean {
  return one.name.startsWith('linux-image-') && isConcreteKernel(one)
}

/** Debian and Ubuntu have the same kernel unsigned, under a name of its own. */
function isUnsignedTwin({ name }: ArchivePackage, index: readonly ArchivePackage[]): boolean {
  const signed = name.replace(/-unsigned$/, '').replace(/^linux-image-unsigned-/, 'linux-image-')
  return signed !== name && index.some((one) => one.name === signed)
}

/** Whether a pattern with `*` and `?` fits a text as a whole; a word without them may be anywhere in it. */
export function matchesGlob(glob: string, text: string): boolean {
  if (!/[*?]/.test(glob)) return text.includes(glob)
  const source = glob
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(text)
}
