import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import type { Host, Store, StoreEntry } from '@kernelkit/host'
import { arrangeKernel, type UnpackInput } from './unpack-kernel.ts'

/** Changed when the same packages give other files. */
const recipe = '1'

/** A kernel of packages as an artifact of the store: image, vmlinux, configuration and modules. */
export interface PreparedKernel {
  readonly path: string
  /** Its name, as users write it. */
  readonly shown: string
  /** What it is, after its name. */
  readonly why: string
}

/** What shapes a kernel of packages: their content. */
export function packagedMaterial(digests: readonly string[]): KeyMaterial {
  return [['packaged', recipe], ...digests.toSorted().map((digest): readonly [string, string] => ['package', digest])]
}

/** The kernel that is made of what has these digests, made once. */
export function obtainKernel(
  store: Store,
  digests: readonly string[],
  signal: AbortSignal | undefined,
  produce: (directory: string) => Promise<void>,
): Promise<{ readonly entry: StoreEntry; readonly cached: boolean }> {
  return store.obtain({
    kind: 'kernel',
    material: packagedMaterial(digests),
    produce,
    signal,
  })
}

/** Takes the kernel out of what was unpacked into `x` of a store entry that is being made, and removes the rest. */
export async function arrangeIn(host: Host, directory: string, input: Omit<UnpackInput, 'from' | 'to'>): Promise<void> {
  const from = join(directory, 'x')
  await arrangeKernel(host, { ...input, from, to: directory })
  await host.fs.rm(from, { recursive: true, force: true })
}
