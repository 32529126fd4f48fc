import { compareVersions } from './package-index.ts'

/** A file that a list names, and the sha256 that it must have. */
export interface ListedFile {
  readonly name: string
  readonly sha256: string
}

/**
 * The sha256 lines of a file CHECKSUMS, as Ubuntu's archive of mainline kernels has one in each directory, or of sha256sums.asc, as kernel.org;
 * without the directories before names.
 */
export function readChecksums(text: string): readonly ListedFile[] {
  return text.split('\n').flatMap((line) => {
    const [, sha256, path] = /^\s*([0-9a-f]{64})\s+\*?(\S+)\s*$/.exec(line) ?? []
    const name = path?.replace(/^.*\//, '')
    return sha256 === undefined || name === undefined || name === '' ? [] : [{ name, sha256 }]
  })
}

/** Parts of a mainline kernel in Debian packages: `linux-image-unsigned-RELEASE-FLAVOUR_VERSION_ARCH.deb`, and its modules. */
const mainlinePart = /^linux-(image(?:-unsigned)?|modules)-\d\S*?-\d+(?:rc\d+)?-([a-z0-9-]+)_[^_]+_([a-z0-9]+)\.deb$/

/** The packages of one flavour, and the flavours that there are. */
export function chooseMainline(
  files: readonly ListedFile[],
  { flavour, debianArch }: { readonly flavour: string; readonly debianArch: string },
): { readonly files: readonly ListedFile[]; readonly flavours: readonly string[] } {
  const parts = files.flatMap((file) => {
    const [, part, name, arch] = mainlinePart.exec(file.name) ?? []
    return part === undefined || name === undefined || arch !== debianArch ? [] : [{ file, name, isImage: part.startsWith('image') }]
  })
  return {
    files: parts.filter(({ name }) => name === flavour).map(({ file }) => file),
    flavours: [...new Set(parts.filter(({ isImage }) => isImage).map(({ name }) => name))],
  }
}

/** Versions of kernel.org in a list of its files, oldest first: `6.12`, `6.12.1`, … */
export function releasesIn(files: readonly ListedFile[]): readonly (ListedFile & { readonly version: string })[] {
  return files
    .flatMap((file) => {
      const [, version] = /^linux-(\d+\.\d+(?:\.\d+)?)\.tar\.xz$/.exec(file.name) ?? []
      return version === undefined ? [] : [{ ...file, version }]
    })
    .toSorted((a, b) => compareVersions(a.version, b.version))
}

/** The release of that version, or the newest of a series such as `6.12`. */
export function chooseRelease(files: readonly ListedFile[], version: string): (ListedFile & { readonly version: string }) | undefined {
  const isSeries = /^\d+\.\d+$/.test(version)
  // The first release of a series has no third number.
  const wanted = version.replace(/^(\d+\.\d+)\.0$/, '$1')
  return releasesIn(files).findLast((one) => one.version === wanted || (isSeries && one.version.startsWith(`${version}.`)))
}

// A directory of a mirror has a few thousand entries.
const mostNames = 100_000

/** Names of files and directories (without the slash) in the page by which a server shows a directory. */
export function namesInListing(html: string): readonly string[] {
  const names = new Set<string>()
  for (const [, href = ''] of html.matchAll(/<a\s[^>]*?href="([^"#?]*)"/gi)) {
    const name = decode(href.replace(/^\.\//, '').replace(/\/$/, ''))
    if (/^[\x21-\x7e]{1,255}$/.test(name) && name !== '..' && !name.includes('/') && names.size < mostNames) names.add(name)
  }
  return [...names]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** The parts of a kernel among the files of a Koji build: core and modules, or the one package of before they were split. */
export function chooseKojiFiles(
  names: readonly string[],
  {
    name,
    version,
    release,
    rpmArch,
  }: { readonly name: string; readonly version: string; readonly release: string; readonly rpmArch: string },
): readonly string[] {
  const fileOf = (part: string): string => `${name}${part}-${version}-${release}.${rpmArch}.rpm`
  const split = ['-core', '-modules-core', '-modules'].map(fileOf).filter((file) => names.includes(file))
  return split.length > 0 ? split : [fileOf('')].filter((file) => names.includes(file))
}
