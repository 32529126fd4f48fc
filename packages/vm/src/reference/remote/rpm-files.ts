import type { RpmKernel } from '@kernelkit/core/kernels'
import { UserError, message, option } from '@kernelkit/core/errors'
import { collectRpms, findRpm, readRepomd, readRpmList, type ListedRpm } from '@kernelkit/core/packages'
import { readKeptList, readRemote, type ListAnswer } from '@kernelkit/host/archives'
import { listOr, noSuchKernel, type RemoteInput, type RemotePackages } from './answers.ts'
import { unpack } from '../unpack-file.ts'

// Repositories of updates change several times a day.
const maxAgeMs = 24 * 3600 * 1000
// Some kilobytes.
const mostRepomdBytes = 1 << 20
// Fedora's list of all packages has some 20 MB.
const mostListBytes = 256 << 20

/** A package of a repository and those parts of the same kernel that it requires. */
export async function findRpmFiles(reference: RpmKernel, input: RemoteInput): Promise<RemotePackages> {
  const { host, store, mirror, arch, written, signal } = input
  const answer = await readKeptList(host, store, {
    name: `rpm-${arch.rpmArch}-${host.sha256(mirror).slice(0, 12)}`,
    what: `the list of kernels of ${mirror}`,
    server: mirror,
    recipe: 1,
    maxAgeMs,
    fetch: () => fetchList(input),
    signal,
  })
  const list = listOr(answer, { mirror, written, wanted: 'its list of packages', absent: () => noRepository(input) })
  const first = findRpm(list, reference.package, reference.version)
  if (first === undefined) {
    const named = list.filter(({ name }) => name === reference.package)
    const names = named.length === 0 ? list.map(({ name }) => `rpm:${name}`) : named.map(({ name, version }) => `rpm:${name}=${version}`)
    throw noSuchKernel(
      input,
      named.length === 0 ? `package '${reference.package}' of a kernel for ${arch.rpmArch}` : 'such version of it',
      [...new Set(names)],
    )
  }
  const found = collectRpms(list, first)
  if (found.kind === 'incomplete') {
    throw new UserError(
      'NO_SUCH_KERNEL',
      `${written}: ${mirror} lists ${first.name} ${first.version}, but not ${found.missing}, which it needs.`,
      {
        hint: message`Choose another version, or name a mirror that has all of its parts with ${option('mirror', 'URL')}.`,
        details: { package: first.name, version: first.version, missing: found.missing },
      },
    )
  }
  return {
    format: 'rpm',
    files: found.packages.map(({ path, sha256 }) => ({ url: `${mirror}/${path}`, sha256 })),
    why: `${first.name} ${first.version} of ${mirror}`,
  }
}

async function fetchList({ host, mirror, arch, signal }: RemoteInput): Promise<ListAnswer<readonly ListedRpm[]>> {
  const repomd = await readRemote(host, `${mirror}/repodata/repomd.xml`, { mostBytes: mostRepomdBytes, signal })
  if (repomd.kind !== 'found') return repomd
  const place = readRepomd(textOf(repomd.list))
  if ('reason' in place) return { kind: 'unreachable', reason: `repodata/repomd.xml cannot be read: ${place.reason}` }
  const primary = await readRemote(host, `${mirror}/${place.path}`, { mostBytes: mostListBytes, sha256: place.sha256, signal })
  if (primary.kind !== 'found') return { kind: 'unreachable', reason: `${place.path}, which its repomd.xml names, is not there` }
  const text = await unpack(host, primary.list)
  if (text === undefined) return { kind: 'unreachable', reason: `${place.path} cannot be unpacked` }
  return { kind: 'found', list: readRpmList(textOf(text), arch.rpmArch) }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function noRepository({ mirror, written }: RemoteInput): UserError {
  return new UserError('MIRROR_UNREACHABLE', `${written}: ${mirror} is not a repository of rpm packages: it has no repodata/repomd.xml.`, {
    hint: message`Name the directory that holds repodata/ with ${option('mirror', 'URL')}.`,
    details: { mirror },
  })
}
