import { BaseSequencer, type TestSpecification } from 'vitest/node'

// They compile or bake: begun last, each would keep the others waiting at the end. The rest goes by size, as Vitest orders a first run.
const slow = ['real-reports', 'own-tree', 'actions', 'i386', 'kunit', 'actions-hostile', 'bake']

/** Longest test files first, also in a clone that has run none of them yet. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- Vitest calls it so, and it copies
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification) => {
      const index = slow.findIndex((name) => moduleId.endsWith(`/${name}.vm.test.ts`))
      return index === -1 ? slow.length : index
    }
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
