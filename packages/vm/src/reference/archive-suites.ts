import type { Arch } from '@kernelkit/core/arch'
import { UserError, message, option } from '@kernelkit/core/errors'
import { distributions, type Distribution, type DistributionKernel } from '@kernelkit/core/kernels'
import { aptMirrors, aptSecurityMirrors, type Host } from '@kernelkit/host'
import type { ArchiveSuite } from '@kernelkit/host/archives'

/** Where packages come from: the mirror that was asked for, else the one that apt of this machine uses. */
export interface ArchiveInput {
  readonly arch: Arch
  readonly mirror: string | undefined
}

/** The suites to read for a kernel, the first of them its own. */
export async function archiveSuites(
  host: Host,
  { distribution: name, suite, backports }: Omit<DistributionKernel, 'flavour' | 'kind'>,
  { arch, mirror }: ArchiveInput,
): Promise<readonly ArchiveSuite[]> {
  const distribution = distributions[name]
  const sources = await aptMirrors(host, suite)
  const own = sources.filter((source) => isOf(distribution, source))
  const uri = (mirror ?? own[0]?.uri)?.replace(/\/+$/, '')
  if (uri === undefined) {
    throw new UserError('NO_MIRROR', `apt of this machine names no mirror of ${name}, so there is none for ${suite}.`, {
      hint: message`Name one with ${option('mirror', 'URL')}.`,
      details: { distribution: name, suite },
    })
  }
  const keyring = own.find((source) => source.uri.replace(/\/+$/, '') === uri)?.keyring ?? distribution.keyring.path
  if (!(await host.fs.exists(keyring))) {
    throw new UserError('HOST_LACKS', `${keyring} is missing: nothing else can prove that a kernel comes from ${name}.`, {
      hint: `Run \`apt-get install -y --no-install-recommends ${distribution.keyring.package}\` as root.`,
      details: { packages: [distribution.keyring.package] },
    })
  }
  const common = { uri, keyring, debianArch: arch.debianArch }
  if (backports) return [{ ...common, suite: `${suite}-backports` }]
  const updates = distribution.updates.map((ending) => ({ ...common, suite: `${suite}${ending}` }))
  // A mirror that was asked for is all that is asked.
  const security = mirror !== undefined || distribution.rolling.includes(suite) ? [] : await aptSecurityMirrors(host)
  return [
    { ...common, suite },
    ...updates,
    ...security
      .filter((source) => isOf(distribution, source))
      .map((source) => ({
        uri: source.uri.replace(/\/+$/, ''),
        keyring: source.keyring ?? distribution.keyring.path,
        debianArch: arch.debianArch,
        suite: `${suite}-security`,
      })),
  ]
}

/** Another distribution may use the same names of suites and components: the keyring and the address distinguish them. */
function isOf({ name }: Distribution, { uri, keyring }: { readonly uri: string; readonly keyring: string | undefined }): boolean {
  const others = Object.keys(distributions).filter((other) => other !== name)
  return !others.some((other) => keyring?.includes(`${other}-`) === true || new RegExp(`/${other}(?:-ports)?/?$`).test(uri))
}
