import { baseRepository, imageLabel } from '@kernelkit/core/toolchain'
import type { PruneToolchainsOptions, PrunedToolchains } from '../contract.ts'
import { engineMessage } from './build-image.ts'
import { listToolchainImages, ourImages } from './list-toolchain-images.ts'

/** Remove toolchain images of ours that this version would not use, or all of them with their bases; nobody else's, and none that a container uses. */
export async function pruneToolchains(options: PruneToolchainsOptions): Promise<PrunedToolchains> {
  const { engine, host, all, dryRun, signal } = options
  const toolchains = (await listToolchainImages(options)).filter(({ current }) => all || !current)
  const bases = all ? await listBases(options) : []
  const stages = await listStages(options)
  const removed: { tag: string; bytes: number }[] = []
  const kept: { tag: string; why: string }[] = []
  for (const { tag, bytes } of [...toolchains, ...stages, ...bases]) {
    signal?.throwIfAborted()
    if (dryRun) {
      removed.push({ tag, bytes })
      continue
    }
    try {
      // By name and without force: another name of the same image keeps it, and so does a container.
      await engine.docker.getImage(tag).remove()
      host.log.detail(`removed ${tag}`)
      removed.push({ tag, bytes })
    } catch (error) {
      kept.push({ tag, why: engineMessage(error) })
    }
  }
  return { removed, kept }
}

async function listBases({ engine, signal }: PruneToolchainsOptions): Promise<readonly { readonly tag: string; readonly bytes: number }[]> {
  const images = await ourImages(engine, 'base', signal)
  return images.flatMap(({ RepoTags, Size }) =>
    (RepoTags ?? []).filter((tag) => tag.startsWith(`${baseRepository}:`)).map((tag) => ({ tag, bytes: Size })),
  )
}

/** What builds of the whole tool left without a name; nobody can have made an image FROM one. */
async function listStages({ engine }: PruneToolchainsOptions): Promise<readonly { readonly tag: string; readonly bytes: number }[]> {
  const images = await engine.docker.listImages({ filters: { label: [`${imageLabel.stage}=files`], dangling: ['true'] } })
  return images.map(({ Id, Size }) => ({ tag: Id, bytes: Size }))
}
