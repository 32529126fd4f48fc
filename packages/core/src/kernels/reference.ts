import { command, message, nearestName, option } from '../errors/index.ts'
import { badReference as bad, parseRemote, renderRemote, type RemoteKernel } from './remote-reference.ts'

/** Which kernel is meant, wherever one is named. */
export type KernelReference =
  /** A kernel image, a vmlinux, a build directory or a tree. */
  | { readonly kind: 'path'; readonly path: string }
  /** A package of Debian's archive, in whichever suite has it. */
  | { readonly kind: 'deb'; readonly package: string; readonly version: string | undefined }
  | DistributionKernel
  /** Package files: one, or the parts of one kernel. */
  | { readonly kind: 'package-files'; readonly format: 'deb' | 'rpm'; readonly paths: readonly string[] }
  | OciKernel
  | RemoteKernel
  /** The kernel that this machine runs. */
  | { readonly kind: 'host' }

/** A kernel in an OCI image: of a registry, or of a layout directory. */
export interface OciKernel {
  readonly kind: 'oci'
  /** The image's name with its registry, or the path of the directory. */
  readonly place:
    | { readonly kind: 'registry'; readonly host: string; readonly name: string }
    | { readonly kind: 'layout'; readonly path: string }
  /** Of a manifest or an index; a directory may hold only one image, which then needs none. */
  readonly digest: string | undefined
}

/** The newest kernel of a suite. */
export interface DistributionKernel {
  readonly kind: 'distribution'
  readonly distribution: DistributionName
  /** Code name, without `-backports`. */
  readonly suite: string
  readonly backports: boolean
  /** As in the package's name, such as `cloud`; absent: the general one of the architecture. */
  readonly flavour: string | undefined
}

const examples =
  'debian:12, debian:12/cloud, debian:13-backports, deb:linux-image-amd64, FILE.deb, FILE.rpm, oci:DIR, a file or a directory'

/** A kernel as users name it: a path, `deb:PACKAGE[=VERSION]`, `debian:SUITE[-backports][/FLAVOUR]`, `FILE.deb`, `FILE.rpm`, `rpm:…`, `mainline:…`, `koji:…`, `oci:…`, `host`. */
export function parseKernelReference(raw: string): KernelReference {
  if (raw === 'host') return { kind: 'host' }
  const scheme = /^([a-z][a-z0-9+-]*):(.*)$/.exec(raw)
  if (scheme !== null) return parseScheme(raw, scheme[1] ?? '', scheme[2] ?? '')
  const files = raw.split(',')
  for (const format of ['deb', 'rpm'] as const)
    if (files.every((file) => file.endsWith(`.${format}`))) return { kind: 'package-files', format, paths: files }
  if (/^v\d+\.\d+(?:\.\d+|-rc\d+)?$/.test(raw)) {
    throw bad(
      `'${raw}' names source, which is built before it boots.`,
      message`Build it with ${command(`kernelkit build ${raw}`)}: the next boot takes it. ${option('kernel', `mainline:${raw.slice(1)}`)} is one that is built already.`,
    )
  }
  return { kind: 'path', path: raw }
}

function parseScheme(raw: string, scheme: string, rest: string): KernelReference {
  const remote = parseRemote(scheme, rest)
  if (remote !== undefined) return remote
  if (scheme === 'deb') return parsePackage(rest)
  const distribution = Object.values(distributions).find(({ name }) => name === scheme)
  if (distribution !== undefined) return parseDistribution(distribution, rest)
  if (scheme === 'oci') return parseOci(rest)
  const near = nearestName(scheme, ['deb', 'oci', 'rpm', 'mainline', 'koji', ...Object.keys(distributions)])
  throw bad(
    message`${option('kernel', raw)}: '${scheme}:' does not name a place for kernels; allowed: ${examples}.`,
    near === undefined ? `Write ./${raw} for a file with this name.` : `Did you mean ${near}:${rest}?`,
  )
}

function parsePackage(rest: string): KernelReference {
  const [name = '', ...more] = rest.split('=')
  const version = more.length === 0 ? undefined : more.join('=')
  // Debian policy 5.6.1 and 5.6.12: what names and versions of packages may look like.
  if (!/^[a-z0-9][a-z0-9.+-]+$/.test(name))
    throw bad(`'${name}' is not the name of a package.`, 'Write for instance deb:linux-image-amd64.')
  if (version !== undefined && !/^\d[A-Za-z0-9.+:~-]*$/.test(version))
    throw bad(`'${version}' is not the version of a package.`, `Write for instance deb:${name}=6.1.176-1.`)
  return { kind: 'deb', package: name, version }
}

// https://github.com/opencontainers/distribution-spec, "Pulling manifests"; the host as in a URL.
const imageName =
  /^([a-zA-Z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)\/([a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)$/

function parseOci(rest: string): OciKernel {
  const at = rest.lastIndexOf('@')
  const [where, digest] = at < 0 ? [rest, undefined] : [rest.slice(0, at), rest.slice(at + 1)]
  if (where === '') throw bad(`'oci:${rest}' names no image.`, `Write ${ociForms}.`)
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw bad(`'oci:${rest}': '${digest}' is not a digest: sha256: and 64 hexadecimal digits.`, `Write ${ociForms}.`)
  // Only what cannot be a name of a registry is a path with a digest.
  if (digest === undefined || /^\.{0,2}\//.test(where)) {
    if (digest === undefined && /^[^./][^/]*[.:][^/]*\//.test(where))
      throw bad(
        `'oci:${rest}' names an image of a registry without its digest: a tag may be another kernel tomorrow.`,
        `Write oci:${where.replace(/:[^/:]*$/, '')}@sha256:…, or oci:./${where} for a directory.`,
      )
    return { kind: 'oci', place: { kind: 'layout', path: where }, digest }
  }
  const [, host, name] = imageName.exec(where) ?? []
  if (host === undefined || name === undefined || !/[.:]|^localhost$/.test(host))
    throw bad(`'oci:${rest}': '${where}' is not the name of an image with its registry.`, `Write ${ociForms}.`)
  return { kind: 'oci', place: { kind: 'registry', host, name }, digest }
}

const ociForms = 'oci:REGISTRY/NAME@sha256:…, or oci:DIR for a layout directory'

function parseDistribution(distribution: Distribution, rest: string): DistributionKernel {
  const { name } = distribution
  const [release = '', ...more] = rest.split('/')
  const flavour = more.length === 0 ? undefined : more.join('/')
  const backports = release.endsWith('-backports')
  const word = backports ? release.slice(0, -'-backports'.length) : release
  const suite = findSuite(distribution, word)
  const known = distribution.releases.flatMap(({ number, suite: one }) => (number === undefined ? [one] : [number, one]))
  if (suite === undefined) {
    const near = nearestName(word, known)
    throw bad(
      `'${name}:${rest}': '${word}' is not a release of ${name}; allowed: ${distribution.releases.map(({ suite: one }) => releaseWord(distribution, one)).join(', ')}.`,
      near === undefined ? `Write for instance ${name}:${known[0]}.` : `Did you mean ${name}:${near}${backports ? '-backports' : ''}?`,
    )
  }
  if (backports && (name !== 'debian' || distribution.rolling.includes(suite)))
    throw bad(
      `'${name}:${rest}': ${suite} has no backports with kernels.`,
      `Write ${name}:${word}${flavour === undefined ? '' : `/${flavour}`}.`,
    )
  if (flavour !== undefined && !/^[a-z0-9][a-z0-9.+-]*$/.test(flavour))
    throw bad(
      `'${name}:${rest}': '${flavour}' is not a flavour.`,
      `Write for instance ${name}:${word}/${name === 'debian' ? 'cloud' : 'generic'}.`,
    )
  return { kind: 'distribution', distribution: name, suite, backports, flavour }
}

/** The reference as users write it. */
export function renderKernelReference(reference: KernelReference): string {
  switch (reference.kind) {
    case 'path':
      return reference.path
    case 'deb':
      return `deb:${reference.package}${reference.version === undefined ? '' : `=${reference.version}`}`
    case 'distribution': {
      const { distribution, suite, backports, flavour } = reference
      const release = releaseWord(distributions[distribution], suite)
      return `${distribution}:${release}${backports ? '-backports' : ''}${flavour === undefined ? '' : `/${flavour}`}`
    }
    case 'package-files':
      return reference.paths.join(',')
    case 'oci': {
      const { place, digest } = reference
      const where = place.kind === 'layout' ? place.path : `${place.host}/${place.name}`
      return `oci:${where}${digest === undefined ? '' : `@${digest}`}`
    }
    case 'host':
      return 'host'
    case 'addresses':
    case 'rpm':
    case 'mainline':
    case 'koji':
      return renderRemote(reference)
  }
}

/** The reference with every path made absolute by `at`; what names no file is left alone. */
export function locateKernelReference(reference: KernelReference, at: (path: string) => string): KernelReference {
  if (reference.kind === 'path') return { ...reference, path: at(reference.path) }
  if (reference.kind === 'package-files') return { ...reference, paths: reference.paths.map(at) }
  if (reference.kind === 'oci' && reference.place.kind === 'layout')
    return { ...reference, place: { kind: 'layout', path: at(reference.place.path) } }
  return reference
}

/** A distribution whose archive has kernels as packages. */
export type DistributionName = 'debian' | 'ubuntu'

/** What differs between distributions, one row each. */
export interface Distribution {
  readonly name: DistributionName
  /** Releases by the number that users write; suites by code name, the oldest first. */
  readonly releases: readonly { readonly number: string | undefined; readonly suite: string }[]
  /** Other names of suites. */
  readonly aliases: Readonly<Record<string, string>>
  /** Suites that move on from day to day and have neither backports nor security updates of their own. */
  readonly rolling: readonly string[]
  /** Keyring of its archive, and the Debian package that brings it. */
  readonly keyring: { readonly path: string; readonly package: string }
  /** Suites of a release with newer packages for it, which every machine of that release uses too. */
  readonly updates: readonly string[]
}

export const distributions: Readonly<Record<DistributionName, Distribution>> = {
  debian: {
    name: 'debian',
    releases: [
      { number: '11', suite: 'bullseye' },
      { number: '12', suite: 'bookworm' },
      { number: '13', suite: 'trixie' },
      { number: undefined, suite: 'testing' },
      { number: undefined, suite: 'sid' },
      { number: undefined, suite: 'experimental' },
    ],
    aliases: { unstable: 'sid' },
    rolling: ['testing', 'sid', 'experimental'],
    keyring: { path: '/usr/share/keyrings/debian-archive-keyring.gpg', package: 'debian-archive-keyring' },
    updates: [],
  },
  ubuntu: {
    name: 'ubuntu',
    releases: [
      { number: '20.04', suite: 'focal' },
      { number: '22.04', suite: 'jammy' },
      { number: '24.04', suite: 'noble' },
      { number: '25.10', suite: 'questing' },
    ],
    aliases: {},
    rolling: [],
    keyring: { path: '/usr/share/keyrings/ubuntu-archive-keyring.gpg', package: 'ubuntu-keyring' },
    updates: ['-updates', '-security'],
  },
}

/** The suite of a release that is written by number, code name or alias. */
function findSuite(distribution: Distribution, release: string): string | undefined {
  const wanted = distribution.aliases[release] ?? release
  return distribution.releases.find(({ number, suite }) => number === wanted || suite === wanted)?.suite
}

/** As users write it: the number where the release has one. */
export function releaseWord(distribution: Distribution, suite: string): string {
  return distribution.releases.find((release) => release.suite === suite)?.number ?? suite
}
