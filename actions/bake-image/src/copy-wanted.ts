import { resolve } from 'node:path'
import type { ImageSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { copyImage, type BakeResult } from '@kernelkit/image'

/** The image where `out` wants it, else where the store has it. */
export async function copyWanted(host: Host, { out }: Pick<ImageSpec, 'out'>, result: BakeResult): Promise<string> {
  if (out === undefined) return result.image
  return copyImage(host, result, resolve(host.cwd, out) + (out.endsWith('/') ? '/' : ''))
}
