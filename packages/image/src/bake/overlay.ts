import { join } from 'node:path'
import { runSteps, type Host } from '@kernelkit/host'
import { overlaySteps } from './steps.ts'

export interface PackedOverlay extends AsyncDisposable {
  readonly path: string
  readonly sha256: string
}

/** Directories as one archive: owned by root, without dates, sorted, so that the same contents give the same bytes. Later directories overwrite earlier ones. */
export async function packOverlays(
  host: Host,
  { overlays, signal }: { readonly overlays: readonly string[]; readonly signal?: AbortSignal | undefined },
): Promise<PackedOverlay | undefined> {
  if (overlays.length === 0) return undefined
  const directory = await host.tempDir('kernelkit-overlay-')
  const path = join(directory.path, 'overlay.tar')
  try {
    await runSteps(host, overlaySteps(overlays, path), { signal })
    return { path, sha256: await host.sha256File(path), [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
  } catch (error) {
    await directory[Symbol.asyncDispose]()
    throw error
  }
}
