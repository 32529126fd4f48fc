import { resolve } from 'node:path'
import { hostArch } from '@kernelkit/core/arch'
import { flagOption, type ImageSpec, type RawOptions } from '@kernelkit/core/options'
import { parseImageSpec } from '@kernelkit/core/options/build'
import type { Host } from '@kernelkit/host'
import { copyImage, type BakeResult } from '@kernelkit/image'

/** What the inputs ask for. */
export function parseWantedImage(host: Pick<Host, 'nodeArch'>, options: RawOptions): { readonly spec: ImageSpec; readonly force: boolean } {
  return { spec: parseImageSpec(options, { hostArch: hostArch(host.nodeArch) }), force: flagOption(options, 'force') }
}

/** The image where `out` wants it, else where the store has it. */
export async function copyWanted(host: Host, { out }: Pick<ImageSpec, 'out'>, result: BakeResult): Promise<string> {
  if (out === undefined) return result.image
  return copyImage(host, result, resolve(host.cwd, out) + (out.endsWith('/') ? '/' : ''))
}
