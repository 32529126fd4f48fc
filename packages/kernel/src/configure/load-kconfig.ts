import { join } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import { parseKconfigTree, sourcedFiles, type KconfigTree, type KconfigVariables } from '@kernelkit/core/kconfig'
import type { Host } from '@kernelkit/host'

/** Read every Kconfig file that the tree's top one leads to. */
export async function loadKconfigTree(host: Host, options: { readonly tree: string; readonly arch: Arch }): Promise<KconfigTree> {
  const variables: KconfigVariables = { SRCARCH: options.arch.sourceArch, ARCH: options.arch.kernelArch, srctree: '.' }
  const texts = new Map<string, string>()
  let wave: readonly string[] = ['Kconfig']
  while (wave.length > 0) {
    const found = await Promise.all(
      wave.map(async (path) => {
        const text = await host.fs.readFile(join(options.tree, path), 'utf8').catch(() => undefined)
        if (text === undefined) return []
        texts.set(path, text)
        return sourcedFiles(text, { path, variables })
      }),
    )
    wave = [...new Set(found.flat())].filter((path) => !texts.has(path))
  }
  return parseKconfigTree({ read: (path) => texts.get(path), variables })
}
