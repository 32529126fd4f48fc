import type { Arch } from '@kernelkit/core/arch'
import {
  bakeRequirements,
  bootRequirements,
  buildRequirements,
  imageKernelRequirements,
  installPackages,
  missingRequirements,
  nameOf,
  packagesOf,
  requireAll,
  sshRequirements,
  type Host,
  type Requirement,
} from '@kernelkit/host'

/** What the first verdict asks of the host: little, so that it comes soon. */
export function firstRequirements(arch: Arch): readonly Requirement[] {
  return [...bootRequirements(arch), ...imageKernelRequirements]
}

/** Everything that the workflow asks of the host. */
export function quickstartRequirements(host: Host, arch: Arch): readonly Requirement[] {
  return [...firstRequirements(arch), ...buildRequirements, ...bakeRequirements(host, arch), ...sshRequirements]
}

export interface InstallMissingOptions {
  readonly wanted: readonly Requirement[]
  /** False: what is missing is an error. */
  readonly install: boolean
  /** sudo may ask for a password. */
  readonly interactive: boolean
  readonly signal: AbortSignal
}

/** Install what is missing after saying which; returns the packages. */
export async function installMissing(host: Host, { wanted, ...options }: InstallMissingOptions): Promise<readonly string[]> {
  const missing = await missingRequirements(host, wanted)
  if (missing.length === 0) return []
  if (!options.install) {
    await requireAll(host, wanted, { user: 'quickstart' })
    return []
  }
  const packages = packagesOf(missing)
  host.log.info(`this host lacks ${missing.map(nameOf).join(', ')}; installing ${packages.join(' ')}`)
  await installPackages(host, packages, { interactive: options.interactive, signal: options.signal })
  // What still lacks after that is an error that names it.
  await requireAll(host, wanted, { user: 'quickstart' })
  return packages
}
