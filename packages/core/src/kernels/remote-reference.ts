import { UserError, type Message } from '../errors/index.ts'

/** A kernel of packages that `--mirror` has, or that addresses name. */
export type RemoteKernel = AddressedKernel | RpmKernel | MainlineKernel | KojiKernel

/** Package files by address, each with the sha256 that it must have. */
export interface AddressedKernel {
  readonly kind: 'addresses'
  readonly format: 'deb' | 'rpm'
  readonly files: readonly { readonly url: string; readonly sha256: string }[]
}

/** A package of a repository with repodata, such as those of Fedora. */
export interface RpmKernel {
  readonly kind: 'rpm'
  readonly package: string
  /** `VERSION-RELEASE`; absent: the newest. */
  readonly version: string | undefined
}

/** A build of Ubuntu's archive of mainline kernels. */
export interface MainlineKernel {
  readonly kind: 'mainline'
  /** Without the `v` before it. */
  readonly version: string
  /** As in the packages' names; absent: generic. */
  readonly flavour: string | undefined
}

/** A build of a Koji server. */
export interface KojiKernel {
  readonly kind: 'koji'
  readonly name: string
  readonly version: string
  readonly release: string
}

export function badReference(text: Message, hint: Message): UserError {
  return new UserError('BAD_KERNEL_REFERENCE', text, { hint })
}

/** What follows `rpm:`, `mainline:`, `koji:`, or `deb:` before an address; `undefined` for another reference. */
export function parseRemote(scheme: string, rest: string): RemoteKernel | undefined {
  if ((scheme === 'rpm' || scheme === 'deb') && rest.includes('://')) return parseAddresses(scheme, rest)
  if (scheme === 'rpm') return parseRpm(rest)
  if (scheme === 'mainline') return parseMainline(rest)
  return scheme === 'koji' ? parseKoji(rest) : undefined
}

function parseAddresses(format: 'deb' | 'rpm', rest: string): AddressedKernel {
  const form = `${format}:https://HOST/FILE.${format}#sha256=…`
  const files = rest.split(',').map((one) => {
    const [url = '', ...more] = one.split('#')
    const checksum = more.length === 0 ? undefined : more.join('#')
    if (!/^(?:https?|file):\/\/[\x21-\x7e]+$/.test(url) || !URL.canParse(url))
      throw badReference(`'${format}:${rest}': '${url}' is not an address with http, https or file.`, `Write ${form}.`)
    const sha256 = /^sha256=([0-9a-f]{64})$/.exec(checksum ?? '')?.[1]
    if (sha256 === undefined)
      throw badReference(
        checksum === undefined
          ? `'${format}:${rest}': ${url} has no checksum, without which it may be another package tomorrow.`
          : `'${format}:${rest}': '${checksum}' is not a checksum: sha256= and 64 hexadecimal digits.`,
        `Write ${form}; \`sha256sum FILE\` prints it.`,
      )
    return { url, sha256 }
  })
  return { kind: 'addresses', format, files }
}

// What rpm allows in names, versions and releases: its docs/manual/spec.md, "Preamble tags".
const rpmName = String.raw`[A-Za-z0-9][A-Za-z0-9_.+-]*`
const rpmVersion = String.raw`[A-Za-z0-9][A-Za-z0-9_.+~^]*`

function parseRpm(rest: string): RpmKernel {
  const [name = '', ...more] = rest.split('=')
  const version = more.length === 0 ? undefined : more.join('=')
  if (!new RegExp(`^${rpmName}$`).test(name))
    throw badReference(`'${name}' is not the name of a package.`, 'Write for instance rpm:kernel, or rpm:https://HOST/FILE.rpm#sha256=….')
  if (version !== undefined && !new RegExp(`^${rpmVersion}-${rpmVersion}$`).test(version))
    throw badReference(`'${version}' is not VERSION-RELEASE of a package.`, `Write for instance rpm:${name}=6.11.4-301.fc41.`)
  return { kind: 'rpm', package: name, version }
}

function parseMainline(rest: string): MainlineKernel {
  const [version = '', ...more] = rest.split('/')
  const flavour = more.length === 0 ? undefined : more.join('/')
  const number = /^v?(\d+\.\d+(?:\.\d+|-rc\d+)?)$/.exec(version)?.[1]
  if (number === undefined)
    throw badReference(
      `'mainline:${rest}': '${version}' is not a version of the kernel.`,
      'Write for instance mainline:6.12.8 or mainline:6.13-rc3.',
    )
  if (flavour !== undefined && !/^[a-z0-9][a-z0-9-]*$/.test(flavour))
    throw badReference(`'mainline:${rest}': '${flavour}' is not a flavour.`, `Write for instance mainline:${number}/generic.`)
  return { kind: 'mainline', version: number, flavour }
}

function parseKoji(rest: string): KojiKernel {
  const [, name, version, release] = new RegExp(`^(${rpmName})-(${rpmVersion})-(${rpmVersion})$`).exec(rest) ?? []
  if (name === undefined || version === undefined || release === undefined)
    throw badReference(`'koji:${rest}' is not NAME-VERSION-RELEASE of a build.`, 'Write for instance koji:kernel-6.11.4-301.fc41.')
  return { kind: 'koji', name, version, release }
}

/** The reference as users write it. */
export function renderRemote(reference: RemoteKernel): string {
  switch (reference.kind) {
    case 'addresses':
      return `${reference.format}:${reference.files.map(({ url, sha256 }) => `${url}#sha256=${sha256}`).join(',')}`
    case 'rpm':
      return `rpm:${reference.package}${reference.version === undefined ? '' : `=${reference.version}`}`
    case 'mainline':
      return `mainline:${reference.version}${reference.flavour === undefined ? '' : `/${reference.flavour}`}`
    case 'koji':
      return `koji:${reference.name}-${reference.version}-${reference.release}`
  }
}
