import { XMLParser } from 'fast-xml-parser'
import { compareVersions } from './package-index.ts'

/** A package of a repository's list, as far as kernels need it. */
export interface ListedRpm {
  readonly name: string
  /** `VERSION-RELEASE`. */
  readonly version: string
  /** As rpm writes it; `noarch` for any. */
  readonly arch: string
  /** Below the repository, or an address of its own. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** What it needs and what it is, of names such as `kernel-core-uname-r`: `NAME VERSION`, or `NAME` for any version. */
  readonly requires: readonly string[]
  readonly provides: readonly string[]
}

/** Where a repository's list of packages is (repodata/repomd.xml), or why that cannot be read, as a clause. */
export type RpmListPlace = { readonly path: string; readonly sha256: string } | { readonly reason: string }

// An attribute is `@name`, a text `#text`; every value stays a text.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  isArray: (name) => ['data', 'entry'].includes(name),
})

/** Reads repodata/repomd.xml (https://github.com/rpm-software-management/createrepo_c). */
export function readRepomd(text: string): RpmListPlace {
  const data = listOf(fields(fields(parse(text))['repomd'])['data'])
  const primary = data.map(fields).find((one) => one['@type'] === 'primary')
  if (primary === undefined) return { reason: 'it names no list of packages (primary)' }
  const path = textOf(fields(primary['location'])['@href'])
  const { '@type': type, '#text': sha256 } = fields(primary['checksum'])
  if (!isSha256(type, sha256)) return { reason: 'it has no sha256 of the list of packages' }
  return isBelow(path) ? { path, sha256: String(sha256) } : { reason: 'its list of packages is outside of the repository' }
}

/** The packages of kernels for an architecture from the text of a list (primary.xml); those for developers are left out. */
export function readRpmList(text: string, rpmArch: string): readonly ListedRpm[] {
  const found: ListedRpm[] = []
  // A list has hundreds of megabytes of other packages, which are not worth an object.
  for (let at = text.indexOf('<package '); at >= 0; at = text.indexOf('<package ', at + 1)) {
    const end = text.indexOf('</package>', at)
    if (end < 0) break
    const name = /<name>([^<]*)<\/name>/.exec(text.slice(at, Math.min(end, at + 1000)))?.[1]
    if (name === undefined || !/^kernel(?:-[\w.+-]+)?$/.test(name) || /-(?:devel|headers|doc|debug|debuginfo|selftests)\b/.test(name))
      continue
    const one = listedRpm(fields(fields(parse(text.slice(at, end + '</package>'.length)))['package']))
    if (one !== undefined && [rpmArch, 'noarch'].includes(one.arch)) found.push(one)
  }
  return found
}

function listedRpm(element: Readonly<Record<string, unknown>>): ListedRpm | undefined {
  const { '@ver': ver, '@rel': rel } = fields(element['version'])
  const { '@type': type, '#text': sha256 } = fields(element['checksum'])
  const path = textOf(fields(element['location'])['@href'])
  const bytes = Number(fields(element['size'])['@package'])
  const version = `${textOf(ver)}-${textOf(rel)}`
  if (!isSha256(type, sha256) || !isBelow(path) || !Number.isSafeInteger(bytes) || !/^[\x21-\x7e]{1,255}$/.test(version)) return undefined
  const format = fields(element['format'])
  return {
    name: textOf(element['name']),
    version,
    arch: textOf(element['arch']),
    path,
    bytes,
    sha256: String(sha256),
    requires: kernelEntries(format['requires']),
    provides: kernelEntries(format['provides']),
  }
}

function kernelEntries(value: unknown): readonly string[] {
  return listOf(fields(value)['entry']).flatMap((entry) => {
    const { '@name': name, '@flags': flags, '@ver': ver, '@rel': rel } = fields(entry)
    if (typeof name !== 'string' || !/^kernel[\w+.-]*$/.test(name)) return []
    return [flags === 'EQ' ? `${name} ${[ver, rel].flatMap((part) => (typeof part === 'string' ? [part] : [])).join('-')}` : name]
  })
}

/** The package of a name, the newest where no version is asked for. */
export function findRpm(list: readonly ListedRpm[], name: string, version: string | undefined): ListedRpm | undefined {
  const named = list.filter((one) => one.name === name && (version === undefined || one.version === version))
  // Versions of kernels order as those of Debian do.
  return named.toSorted((a, b) => compareVersions(b.version, a.version))[0]
}

/** A package with the parts of the same kernel that it requires, or the first that is missing. */
export function collectRpms(
  list: readonly ListedRpm[],
  first: ListedRpm,
): { readonly kind: 'complete'; readonly packages: readonly ListedRpm[] } | { readonly kind: 'incomplete'; readonly missing: string } {
  const packages = [first]
  // Grows while it is read.
  for (const one of packages) {
    for (const wanted of one.requires) {
      const is = (provided: string): boolean => provided === wanted || provided.startsWith(`${wanted} `)
      if (packages.some(({ provides }) => provides.some(is))) continue
      const provider = list.filter(({ provides }) => provides.some(is)).toSorted((a, b) => compareVersions(b.version, a.version))[0]
      if (provider === undefined) return { kind: 'incomplete', missing: wanted.replace(' ', ' = ') }
      packages.push(provider)
    }
  }
  return { kind: 'complete', packages }
}

function parse(text: string): unknown {
  try {
    return parser.parse(text) as unknown
  } catch {
    return undefined
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isSha256(type: unknown, value: unknown): boolean {
  return type === 'sha256' && typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

/** A list is data of a server: what it names is below the server's own directory. */
function isBelow(path: string): boolean {
  return /^[\x21-\x7e]+$/.test(path) && !path.startsWith('/') && !path.includes('//') && !path.split('/').includes('..')
}
