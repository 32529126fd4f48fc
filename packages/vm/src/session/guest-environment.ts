import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { artifactsDirectory } from '../resolve/resolve-shares.ts'
import type { ResolvedRoot } from '../resolve/resolve-root.ts'

/** Variables of the command: what `--env` names, the artifacts directory, and the user's home in a guest that sees this machine's files. */
export function guestEnvironment(
  host: Pick<Host, 'env' | 'home'>,
  spec: Pick<VmSpec, 'env' | 'user'>,
  root: Pick<ResolvedRoot, 'kind'>,
): Readonly<Record<string, string>> {
  const asked = spec.env.flatMap(({ name, value }) => {
    const resolved = value ?? host.env[name]
    // A name that the caller does not have stays unset in the guest, as with docker run -e.
    return resolved === undefined ? [] : [[name, resolved] as const]
  })
  return {
    // Another user of the guest has a home of their own there.
    ...(root.kind === 'host' && spec.user === undefined ? { HOME: host.home } : {}),
    // Without --artifacts it is a directory in guest memory: the same script runs either way.
    KERNELKIT_ARTIFACTS: artifactsDirectory,
    ...Object.fromEntries(asked),
  }
}
