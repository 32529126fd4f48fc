import { UserError, message, option, type Message } from '../../errors/index.ts'

/** Where kernel source comes from. */
export type KernelSource =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'git'; readonly url: string; readonly ref: string | undefined }
  | { readonly kind: 'tarball'; readonly location: string; readonly remote: boolean; readonly sha256: string | undefined }
  | { readonly kind: 'deb'; readonly package: string }
  | KernelRelease

/** A release of kernel.org: `6.12` is the newest of its series, `6.12.8` that one. */
export interface KernelRelease {
  readonly kind: 'release'
  readonly version: string
  /** The directory with `v6.x/` and the others, without a slash at its end. */
  readonly mirror: string
}

/** https://www.kernel.org/category/releases.html; its files come from many places near their readers. */
const kernelOrg = 'https://cdn.kernel.org/pub/linux/kernel'

interface SourceOptions {
  readonly sha256?: string | undefined
  readonly mirror?: string | undefined
}

const archive = /\.(?:tar|tar\.(?:gz|xz|bz2|zst|lzma)|tgz|txz|tbz2?)$/

/** `.`, `git+URL#REF`, a tarball, `deb:linux-source-6.12`, `v6.12`. */
export function parseKernelSource(raw: string, options: SourceOptions = {}): KernelSource {
  const source = parseKind(raw, options)
  if (options.sha256 !== undefined && source.kind !== 'tarball') {
    throw bad(
      message`${option('sha256')} is for tarballs, but '${raw}' is not one.`,
      message`Leave ${option('sha256')} out: packages, releases and git verify themselves.`,
    )
  }
  if (options.mirror !== undefined && source.kind !== 'release') {
    throw bad(message`${option('mirror')} is for releases such as v6.12, but '${raw}' is not one.`, message`Leave ${option('mirror')} out.`)
  }
  return source
}

function parseKind(raw: string, { sha256, mirror }: SourceOptions): KernelSource {
  if (raw.startsWith('git+')) return parseGit(raw)
  if (raw.startsWith('deb:')) {
    const name = raw.slice(4)
    // Debian policy 5.6.1: what a package name may look like.
    if (!/^[a-z0-9][a-z0-9.+-]+$/.test(name)) throw bad(`'${name}' is not a package name.`, 'Write for instance deb:linux-source-6.12.')
    return { kind: 'deb', package: name }
  }
  if (/^https?:\/\//.test(raw)) {
    if (!archive.test(raw.replace(/[?#].*$/, '')))
      throw bad(`'${raw}' is not the address of a tarball.`, 'Write a git repository as git+URL#REF.')
    if (raw.startsWith('http:') && sha256 === undefined)
      throw bad(message`'${raw}' needs ${option('sha256')}.`, message`Add ${option('sha256')} with the checksum that the publisher gives.`)
    if (sha256 === undefined)
      throw bad(
        message`a tarball from the network needs ${option('sha256')}.`,
        message`Add ${option('sha256')} with the checksum that the publisher gives for ${raw}.`,
      )
    return { kind: 'tarball', location: raw, remote: true, sha256: parseSha256(sha256) }
  }
  const [, version, candidate] = /^v(\d+\.\d+(?:\.\d+)?)(-rc\d+)?$/.exec(raw) ?? []
  if (candidate !== undefined)
    throw bad(
      `kernel.org has no tarball of ${raw}: release candidates are in git alone.`,
      `Write git+https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git#${raw}.`,
    )
  if (version !== undefined) return { kind: 'release', version, mirror: mirror ?? kernelOrg }
  if (/^(?:stable|mainline|longterm)$/.test(raw))
    throw bad(`'${raw}' could be a directory or a release.`, `Write ./${raw} for a directory, v6.12 for the newest of a series.`)
  if (/^\d+\.\d+(?:\.\d+)?$/.test(raw))
    throw bad(`'${raw}' could be a directory or a release.`, `Write ./${raw} for a directory, v${raw} for a release.`)
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(raw))
    throw bad(`'${raw}' has a scheme that is not known.`, 'Write git repositories as git+URL#REF, packages as deb:NAME, releases as v6.12.')
  if (archive.test(raw))
    return { kind: 'tarball', location: raw, remote: false, sha256: sha256 === undefined ? undefined : parseSha256(sha256) }
  return { kind: 'path', path: raw }
}

function parseGit(raw: string): KernelSource {
  const [url = '', ...rest] = raw.slice('git+'.length).split('#')
  const ref = rest.join('#')
  const remote = /^(?:https?|ssh|git|file):\/\/.+/.test(url) || url.startsWith('/') || url.startsWith('.')
  if (!remote)
    throw bad(`'${url}' is not the address of a git repository.`, 'Write git+https://…#BRANCH, or git+/path/to/repository#BRANCH.')
  // What git check-ref-format forbids, and a leading dash, which git would read as an option.
  if (ref !== '' && !/^(?!-)[^\s~^:?*[\\]+$/.test(ref))
    throw bad(`'${ref}' is not the name of a branch, tag or commit.`, 'Write git+URL#v6.12, #master or #<full commit>.')
  return { kind: 'git', url, ref: ref === '' ? undefined : ref }
}

function parseSha256(raw: string): string {
  const value = raw.toLowerCase().replace(/^sha256:/, '')
  if (/^[0-9a-f]{64}$/.test(value)) return value
  throw bad(message`${option('sha256')} '${raw}' is not 64 hexadecimal digits.`, 'Copy it from the publisher, or from `sha256sum FILE`.')
}

function bad(text: Message, hint: Message): UserError {
  return new UserError('BAD_SOURCE', text, { hint })
}

/** The source as users write it. */
export function renderKernelSource(source: KernelSource): string {
  switch (source.kind) {
    case 'path':
      return source.path
    case 'git':
      return `git+${source.url}${source.ref === undefined ? '' : `#${source.ref}`}`
    case 'tarball':
      return source.location
    case 'deb':
      return `deb:${source.package}`
    case 'release':
      return `v${source.version}`
  }
}
