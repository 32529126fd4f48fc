import type { KojiKernel } from '@kernelkit/core/kernels'
import { chooseKojiFiles } from '@kernelkit/core/packages'
import { withTask } from '@kernelkit/host'
import { readDirectory, readKeptList, type ListAnswer } from '@kernelkit/host/archives'
import { listOr, noSuchKernel, type RemoteFile, type RemoteInput, type RemotePackages } from './answers.ts'
import { fetchToStore } from './fetch-to-store.ts'

/** The files of a build. Koji publishes no checksums: those of the first download over TLS are kept, and later ones must have them. */
export async function findKojiFiles(build: KojiKernel, input: RemoteInput): Promise<RemotePackages> {
  const { host, store, mirror, arch, written, signal } = input
  const { name, version, release } = build
  const directory = `${mirror}/packages/${name}/${version}/${release}/${arch.rpmArch}`
  const answer = await readKeptList(host, store, {
    name: `koji-${name}-${version}-${release}-${arch.rpmArch}-${host.sha256(mirror).slice(0, 12)}`,
    what: `the list of ${directory}`,
    server: mirror,
    recipe: 1,
    // A build never changes.
    maxAgeMs: undefined,
    fetch: async (): Promise<ListAnswer<readonly RemoteFile[]>> => {
      const names = await readDirectory(host, directory, signal)
      if (names.kind !== 'found') return names
      const files: RemoteFile[] = []
      await withTask(host, { title: `fetch ${written}` }, async (task) => {
        for (const file of chooseKojiFiles(names.list, { ...build, rpmArch: arch.rpmArch })) {
          const url = `${directory}/${file}`
          files.push({ url, sha256: (await fetchToStore(host, store, { url, task, signal })).sha256 })
        }
      })
      return files.length === 0 ? { kind: 'absent' } : { kind: 'found', list: files }
    },
    signal,
  })
  const near = answer.kind === 'absent' ? await builds(build, input) : []
  const files = listOr(answer, {
    mirror,
    written,
    wanted: `packages/${name}/${version}/${release}/${arch.rpmArch}`,
    absent: () => noSuchKernel(input, `build of this kernel for ${arch.rpmArch}`, near),
  })
  return { format: 'rpm', files, why: `${name} ${version}-${release} of ${mirror}` }
}

/** Builds of the same version, else versions by their first build. */
async function builds({ name, version }: KojiKernel, { host, mirror, signal }: RemoteInput): Promise<readonly string[]> {
  const list = async (path: string): Promise<readonly string[]> => {
    const answer = await readDirectory(host, `${mirror}/packages/${path}`, signal)
    return answer.kind === 'found' ? answer.list : []
  }
  const releases = await list(`${name}/${version}`)
  if (releases.length > 0) return releases.map((release) => `koji:${name}-${version}-${release}`)
  // Newest directories come last, and each takes a question.
  const versions = (await list(name)).slice(-10)
  const found = await Promise.all(
    versions.map(async (one) => (await list(`${name}/${one}`)).map((release) => `koji:${name}-${one}-${release}`)),
  )
  return found.flat()
}
