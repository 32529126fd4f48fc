import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'

/** A tree that is unpacked once into the store and changed by nobody: `unpack` puts it below `FOLDER/tree`. */
export function storedSource(
  { store, signal }: SourceContext,
  {
    material,
    unpack,
    ...words
  }: Pick<PreparedSource, 'label' | 'identity' | 'content'> & {
    readonly material: KeyMaterial
    readonly unpack: (folder: string) => Promise<void>
  },
): PreparedSource {
  return {
    ...words,
    localVersion: '',
    userTree: undefined,
    inTree: false,
    plannedTree: join(store.root, 'source', store.keyOf(material), 'tree'),
    exclusive: undefined,
    tree: async () => {
      const { entry } = await store.obtain({ kind: 'source', material, produce: unpack, signal })
      return join(entry.path, 'tree')
    },
  }
}
