import type { MainlineKernel } from '@kernelkit/core/kernels'
import { chooseMainline, readChecksums, type ListedFile } from '@kernelkit/core/packages'
import { readDirectory, readKeptList, readRemote, type ListAnswer } from '@kernelkit/host/archives'
import { listOr, noSuchKernel, type RemoteInput, type RemotePackages } from './answers.ts'

// Two checksums of each of some ten files.
const mostBytes = 1 << 20

/** The packages of a version and flavour, by the checksums in its directory: `vVERSION/ARCHITECTURE/CHECKSUMS`. */
export async function findMainlineFiles({ version, flavour = 'generic' }: MainlineKernel, input: RemoteInput): Promise<RemotePackages> {
  const { host, store, mirror, arch, written, signal } = input
  const directory = `${mirror}/v${version}/${arch.debianArch}`
  const answer = await readKeptList(host, store, {
    name: `mainline-${version}-${arch.debianArch}-${host.sha256(mirror).slice(0, 12)}`,
    what: `the list of ${directory}`,
    server: mirror,
    recipe: 1,
    // A version is built once.
    maxAgeMs: undefined,
    fetch: async (): Promise<ListAnswer<readonly ListedFile[]>> => {
      const text = await readRemote(host, `${directory}/CHECKSUMS`, { mostBytes, signal })
      return text.kind === 'found' ? { kind: 'found', list: readChecksums(new TextDecoder().decode(text.list)) } : text
    },
    signal,
  })
  const offered = answer.kind === 'absent' ? await readDirectory(host, mirror, signal) : undefined
  const list = listOr(answer, {
    mirror,
    written,
    wanted: `v${version}/${arch.debianArch}/CHECKSUMS`,
    absent: () => {
      const names = offered?.kind === 'found' ? offered.list.flatMap((name) => /^v(\d.*)$/.exec(name)?.[1] ?? []) : []
      return names.includes(version)
        ? noSuchKernel(input, `kernel ${version} for ${arch.debianArch}`, [])
        : noSuchKernel(
            input,
            `v${version}/${arch.debianArch}/CHECKSUMS`,
            names.map((name) => `mainline:${name}`),
          )
    },
  })
  const { files, flavours } = chooseMainline(list, { flavour, debianArch: arch.debianArch })
  if (!flavours.includes(flavour))
    throw noSuchKernel(
      input,
      `flavour '${flavour}' of ${version} for ${arch.debianArch}`,
      flavours.map((one) => `mainline:${version}/${one}`),
    )
  return {
    format: 'deb',
    files: files.map(({ name, sha256 }) => ({ url: `${directory}/${name}`, sha256 })),
    why: `Ubuntu's build of ${version} (${flavour}) from ${mirror}`,
  }
}
