/** A binary package of an archive's index, as far as kernels need it. */
export interface ArchivePackage {
  readonly name: string
  readonly version: string
  /** Address of the archive. */
  readonly archive: string
  /** Names of packages that it depends on; of alternatives the first. */
  readonly depends: readonly string[]
  /** Path of the file below the archive. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** The package with the debug symbols of this kernel, where the same list has it. */
  readonly symbols?: ArchivePackage
}

/** The package with a busybox that needs no library. */
export const busyboxPackage = 'busybox-static'

/** Parts of a kernel in Debian and Ubuntu: image (a kernel, or only its dependencies), binary, modules, configuration. */
const kernelPart = /^linux-(?:image|binary|modules|base|signed-image)-/

/** How the names of all packages begin that {@link parsePackageIndex} takes; the line ends after the last one. */
export const indexedNames = ['linux-', `${busyboxPackage}\n`] as const

/** Packages with parts of kernels, and busybox, from the text of a Packages file (deb822(5)); debug symbols are part of the image's. */
export function parsePackageIndex(text: string, archive: string): readonly ArchivePackage[] {
  const all = parseStanzas(text, archive)
  const symbols = new Map(all.flatMap((one) => (one.name.endsWith('-dbg') ? [[`${one.name} ${one.version}`, one]] : [])))
  return all.flatMap((one) => {
    if (one.name.endsWith('-dbg')) return []
    const found = symbols.get(`${one.name.replace(/-unsigned$/, '')}-dbg ${one.version}`)
    return [found === undefined ? one : { ...one, symbols: found }]
  })
}

function parseStanzas(text: string, archive: string): readonly ArchivePackage[] {
  return text.split('\n\n').flatMap((stanza) => {
    const name = /^Package: (\S+)$/m.exec(stanza)?.[1]
    if (name === undefined || !(kernelPart.test(name) || name === busyboxPackage) || /-dbgsym$|-signed-template$/.test(name)) return []
    const field = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(stanza)?.[1] ?? ''
    return [
      {
        name,
        version: field('Version'),
        archive,
        depends: [...field('Depends').split(','), ...field('Pre-Depends').split(',')].flatMap(dependencyName),
        path: field('Filename'),
        bytes: Number(field('Size')),
        sha256: field('SHA256'),
      },
    ]
  })
}

function dependencyName(text: string): readonly string[] {
  const name = /^\s*([a-z0-9][a-z0-9.+-]+)/.exec(text)?.[1]
  return name === undefined ? [] : [name]
}

/** A kernel that an archive offers: its packages, or the one that is no longer there. */
export type OfferedKernel =
  | { readonly kind: 'complete'; readonly packages: readonly ArchivePackage[] }
  | { readonly kind: 'incomplete'; readonly missing: string }

/**
 * The packages of a kernel, found by what they depend on, never by their names: up to 6.17 all is in one package, later ones
 * are split in three. Metapackages lead to the newest one.
 */
export function collectKernelPackages(index: readonly ArchivePackage[], first: ArchivePackage): OfferedKernel {
  const found = new Map<string, ArchivePackage>()
  const queue = [first]
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
    if (found.has(one.name)) continue
    found.set(one.name, one)
    for (const name of one.depends) {
      if (!kernelPart.test(name) || name === 'linux-base') continue
      const next = findPackage(index, name, one.version) ?? findPackage(index, name)
      if (next === undefined) return { kind: 'incomplete', missing: name }
      queue.push(next)
    }
  }
  return { kind: 'complete', packages: [...found.values()] }
}

/** The package with this name, of this version or the newest. */
export function findPackage(index: readonly ArchivePackage[], name: string, version?: string): ArchivePackage | undefined {
  const named = index.filter((one) => one.name === name && (version === undefined || one.version === version))
  return named.toSorted((a, b) => compareVersions(b.version, a.version))[0]
}

/** Debian policy 5.6.12: how versions are compared. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [splitVersion(a), splitVersion(b)]
  return left.epoch - right.epoch || compareParts(left.upstream, right.upstream) || compareParts(left.revision, right.revision)
}

function splitVersion(version: string): { readonly epoch: number; readonly upstream: string; readonly revision: string } {
  const colon = version.indexOf(':')
  const rest = version.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  }
}

function compareParts(a: string, b: string): number {
  const pieces = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? []
  const [left, right] = [pieces(a), pieces(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = comparePieces(left[at] ?? '', right[at] ?? '')
    if (order !== 0) return order
  }
  return 0
}

function comparePieces(a: string, b: string): number {
  if (/^\d*$/.test(a) && /^\d*$/.test(b) && (a !== '' || b !== '')) return Number(a) - Number(b)
  // Letters before all others, a tilde before the end.
  const weight = (character: string | undefined): number => {
    if (character === '~') return -1
    if (character === undefined || /\d/.test(character)) return 0
    return /[A-Za-z]/.test(character) ? (character.codePointAt(0) ?? 0) : (character.codePointAt(0) ?? 0) + 256
  }
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = weight(a[at]) - weight(b[at])
    if (order !== 0) return order
  }
  return 0
}

/** Packages of an architecture that stand for the newest kernel of a flavour: `linux-image-cloud-amd64`. */
export interface FlavourPackage {
  /** `undefined`: the general one. */
  readonly flavour: string | undefined
  readonly name: string
}

/** Flavours of an index; `suffix` is what the names of the architecture's packages end with in Debian. */
export function listFlavours(index: readonly ArchivePackage[], suffix: string): readonly FlavourPackage[] {
  const names = [...new Set(index.filter((one) => one.name.startsWith('linux-image-') && !isConcreteKernel(one)).map(({ name }) => name))]
  const general = [`linux-image-${suffix}`, 'linux-image-generic'].find((name) => names.includes(name))
  return names.toSorted().map((name): FlavourPackage => {
    if (name === general) return { flavour: undefined, name }
    const flavour = name.slice('linux-image-'.length)
    return { flavour: flavour.endsWith(`-${suffix}`) ? flavour.slice(0, -suffix.length - 1) : flavour, name }
  })
}

/** Whether a package holds (a part of) one kernel, whose release is in its name; metapackages lead to the image of the newest one. */
export function isConcreteKernel({ name, depends }: ArchivePackage): boolean {
  const isPart = /^linux-(?:image|binary|modules|base|signed-image)-(?:(?:unsigned|extra)-)?\d+\.\d+/.test(name)
  return isPart && !depends.some((other) => other.startsWith('linux-image-'))
}

/** The packages with files of a kernel: of those that make it, what only leads to others is left out, so that each way to it gives the same. */
export function kernelFiles(packages: readonly ArchivePackage[]): readonly ArchivePackage[] {
  const concrete = packages.filter(isConcreteKernel)
  return concrete.length === 0 ? packages : concrete
}

/** The debug symbols of a kernel: of its image, also where another suite of the list has them; those of metapackages are empty. */
export function findSymbols(index: readonly ArchivePackage[], packages: readonly ArchivePackage[]): ArchivePackage | undefined {
  const images = packages.filter(({ name }) => /^linux-image-\d/.test(name))
  const names = new Set(images.flatMap(({ name, version }) => [`${name} ${version}`, `${name}-unsigned ${version}`]))
  return index.find(({ name, version, symbols }) => symbols !== undefined && names.has(`${name} ${version}`))?.symbols
}
