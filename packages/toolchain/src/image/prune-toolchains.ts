import { baseRepository, imageLabel } from '@kernelkit/core/toolchain'
import type { PruneToolchainsOptions, PrunedToolchains } from './toolchain-image.ts'
import { engineWords } from '../container/engine-failure.ts'
import { listToolchainImages, ourImages, shortTags } from './list-toolchain-images.ts'

/** Remove toolchain images of ours that this version would not use, or all of them with their bases; never images of others, or images that a container uses. */
export async function pruneToolchains(options: PruneToolchainsOptions): Promise<PrunedToolchains> {
  const { engine, host, all, dryRun, signal } = options
  const toolchains = (await listToolchainImages(options)).filter(({ current }) => all || !current)
  const bases = all ? await listBases(options) : []
  const remains = await listRemains(options)
  const removed: { tag: string; bytes: number }[] = []
  const kept: { tag: string; why: string }[] = []
  for (const { tag, bytes } of [...toolchains, ...remains, ...bases]) {
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
      kept.push({ tag, why: engineWords(error) })
    }
  }
  return { removed, kept }
}

async function listBases({ engine, signal }: PruneToolchainsOptions): Promise<readonly { readonly tag: string; readonly bytes: number }[]> {
  const images = await ourImages(engine, 'base', signal)
  return images.flatMap((image) =>
    shortTags(image)
      .filter((tag) => tag.startsWith(`${baseRepository}:`))
      .map((tag) => ({ tag, bytes: image.Size })),
  )
}

/** Nameless remains of builds: what an interrupted one had finished, and the stage that is only copied from. An image built FROM ours has a key in its labels. */
async function listRemains({ engine }: PruneToolchainsOptions): Promise<readonly { readonly tag: string; readonly bytes: number }[]> {
  const nameless = await engine.docker.listImages({ filters: { label: [imageLabel.what], dangling: ['true'] } })
  const remains = nameless.filter(({ Labels }) => Labels?.[imageLabel.key] === undefined)
  return remains.map(({ Id, Size }) => ({ tag: Id, bytes: Size }))
}
