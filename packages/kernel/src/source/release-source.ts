import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import type { KernelRelease } from '@kernelkit/core/options'
import { chooseRelease, readChecksums, releasesIn, type ListedFile } from '@kernelkit/core/packages'
import { isProtected, readKeptList, readRemote, type ListAnswer } from '@kernelkit/host/archives'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'
import { prepareTarballSource } from './tarball-source.ts'

// Four files of each release since 2011: 1 MB for v5.x.
const mostBytes = 16 << 20
// Stable kernels come out about once a week.
const dayMs = 24 * 60 * 60_000

/** A release of kernel.org or a mirror of it: its tarball by the checksum in the signed list of its directory, which comes over TLS. */
export async function prepareReleaseSource(context: SourceContext, release: KernelRelease): Promise<PreparedSource> {
  const { version, mirror } = release
  if (!isProtected(mirror))
    throw new UserError('MIRROR_NOT_TRUSTED', message`${option('mirror', mirror)}: http does not protect the list of checksums.`, {
      hint: 'Name it with https.',
      details: { mirror },
    })
  const directory = `${mirror}/v${version.split('.')[0] ?? ''}.x`
  const isSeries = version.split('.').length === 2
  // A release stays what it is; only one that the list does not have yet is asked for.
  const kept = isSeries ? undefined : await readList(context, { release, directory, maxAgeMs: undefined })
  const known = kept?.kind === 'found' ? chooseRelease(kept.list, version) : undefined
  const answer = known === undefined ? await readList(context, { release, directory, maxAgeMs: isSeries ? dayMs : 0 }) : kept
  if (answer?.kind === 'unreachable')
    throw new UserError('MIRROR_UNREACHABLE', `v${version}: ${directory} does not give sha256sums.asc: ${answer.reason}.`, {
      hint: message`Check the network, or name another mirror with ${option('mirror', 'URL')}.`,
      details: { mirror },
    })
  const list = answer?.kind === 'found' ? answer.list : []
  const found = known ?? chooseRelease(list, version)
  if (found === undefined) throw noSuchRelease(release, directory, list)
  const tarball = { kind: 'tarball', location: `${directory}/${found.name}`, remote: true, sha256: found.sha256 } as const
  const prepared = await prepareTarballSource(context, tarball)
  return { ...prepared, label: `v${version}: ${found.version} from ${mirror}` }
}

function readList(
  { host, store, signal }: SourceContext,
  {
    release: { mirror },
    directory,
    maxAgeMs,
  }: { readonly release: KernelRelease; readonly directory: string; readonly maxAgeMs: number | undefined },
): Promise<ListAnswer<readonly ListedFile[]>> {
  return readKeptList(host, store, {
    name: `releases-${host.sha256(directory).slice(0, 12)}`,
    what: `the list of ${directory}`,
    server: mirror,
    recipe: 1,
    maxAgeMs,
    fetch: async () => {
      const text = await readRemote(host, `${directory}/sha256sums.asc`, { mostBytes, signal })
      return text.kind === 'found' ? { kind: 'found', list: readChecksums(new TextDecoder().decode(text.list)) } : text
    },
    signal,
  })
}

function noSuchRelease({ version, mirror }: KernelRelease, directory: string, list: readonly ListedFile[]): UserError {
  const versions = releasesIn(list).map((one) => one.version)
  const near = nearestName(version, versions)
  return new UserError('NO_SUCH_SOURCE', `${directory} has no release ${version}${newestOf(versions)}.`, {
    hint:
      near === undefined
        ? message`Name a release that there is, or another mirror with ${option('mirror', 'URL')}.`
        : `Did you mean v${near}? The newest of a series is v${near.split('.', 2).join('.')}.`,
    details: { version, mirror },
  })
}

function newestOf(versions: readonly string[]): string {
  const newest = versions.at(-1)
  return newest === undefined ? '' : `; its newest is ${newest}`
}
