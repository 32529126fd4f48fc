import { join } from 'node:path'
import type { Host } from '@kernelkit/host'

export interface PackedOverlay extends AsyncDisposable {
  readonly path: string
  readonly sha256: string
}

/** Folders as one archive: owned by root, without dates, sorted, so that the same contents give the same bytes. Later folders win. */
export async function packOverlays(
  host: Host,
  { overlays, signal }: { readonly overlays: readonly string[]; readonly signal?: AbortSignal | undefined },
): Promise<PackedOverlay | undefined> {
  if (overlays.length === 0) return undefined
  const folder = await host.tempDir('kernelkit-overlay-')
  const path = join(folder.path, 'overlay.tar')
  try {
    // Contents only: the folder's own mode is not the root's.
    const names = overlays.flatMap((overlay) => ['-C', overlay, '.'])
    await host.run(
      [
        'tar',
        '--sort=name',
        '--format=gnu',
        '--owner=0',
        '--group=0',
        '--numeric-owner',
        '--mtime=@0',
        '--mode=go-w',
        '-cf',
        path,
        ...names,
      ],
      {
        env: { LC_ALL: 'C' },
        signal,
      },
    )
    return { path, sha256: await host.sha256File(path), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}
