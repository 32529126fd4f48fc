import type { ImageInspectInfo } from 'dockerode'
import { UserError } from '@kernelkit/core/errors'
import type { Engine } from '../engine/engine.ts'
import { engineLost } from './build-image.ts'

/** What the engine knows of an image, `undefined` when it has none of that name: one call. */
export async function inspectImage(
  { docker, address }: Engine,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ImageInspectInfo | undefined> {
  try {
    return await docker.getImage(name).inspect()
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof UserError) throw error
    if (typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 404) return undefined
    throw engineLost(error, address)
  }
}
