import type { Arch } from '@kernelkit/core/arch'
import {
  bakeRequirements,
  bootRequirements,
  buildRequirements,
  installPackages,
  missingRequirements,
  nameOf,
  packagesOf,
  requireAll,
  sshRequirements,
  type Host,
  type Requirement,
} from '@kernelkit/host'

/** Everything that the workflow asks of the host. */
export function quickstartRequirements(host: Host, arch: Arch): readonly Requirement[] {
  return [...buildRequirements, ...bakeRequirements(host, arch), ...bootRequirements(arch), ...sshRequirements]
}

export interface InstallMissingOptions {
  /** False: what is missing is an error. */
  readonly install: boolean
  /** sudo may ask for a password. */
  readonly interactive: boolean
  readonly signal: AbortSignal
}

/** Install what is missing after saying which; returns the packages. */
export async function installMissing(host: Host, arch: Arch, options: InstallMissingOptions): Promise<readonly string[]> {
  const wanted = quickstartRequirements(host, arch)
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
