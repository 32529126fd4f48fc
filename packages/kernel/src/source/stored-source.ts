import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import type { Step } from '@kernelkit/core/plan'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'

/** What puts a tree below `directory/tree`; the same list is printed and executed. */
export interface UnpackSteps {
  readonly fetch: readonly Step[]
  readonly unpack: readonly Step[]
}

/** A tree that is unpacked once into the store and never changed: `unpack` puts it below `DIRECTORY/tree`. */
export function storedSource(
  { store, signal }: SourceContext,
  {
    material,
    stepsIn,
    unpack,
    ...words
  }: Pick<PreparedSource, 'label' | 'identity' | 'content'> & {
    readonly material: KeyMaterial
    readonly stepsIn: (directory: string) => UnpackSteps
    readonly unpack: (directory: string, steps: UnpackSteps) => Promise<void>
  },
): PreparedSource {
  const key = store.keyOf(material)
  const directory = join(store.root, 'source', key)
  const isThere = async (): Promise<boolean> => (await store.lookup('source', key)) !== undefined
  return {
    ...words,
    localVersion: '',
    userTree: undefined,
    inTree: false,
    plannedTree: join(directory, 'tree'),
    exclusive: undefined,
    steps: async () => {
      if (await isThere()) return []
      const { fetch, unpack: rest } = stepsIn(directory)
      return [...fetch, ...rest]
    },
    treeToConfigure: async () => ((await isThere()) ? join(directory, 'tree') : undefined),
    tree: async () => {
      const { entry } = await store.obtain({
        kind: 'source',
        material,
        // The store gives a directory its name when it is whole.
        produce: (making) => unpack(making, stepsIn(making)),
        signal,
      })
      return join(entry.path, 'tree')
    },
  }
}
