import { join } from 'node:path'
import { ownersOf, parseMaintainers, type MaintainersSection, type Owners } from '@kernelkit/core/decode'
import type { Host } from '../host.ts'

/** Who looks after the files of a kernel tree, from its MAINTAINERS. */
export interface OwnerLookup {
  /** Undefined without a file, without a tree, and for a path outside of it. */
  of(source: string | undefined): Promise<Owners | undefined>
}

// Reports of a log are about a few files.
const mostKnown = 1000

/** Reads MAINTAINERS when it is first asked for. */
export function createOwnerLookup(host: Host, tree: string | undefined): OwnerLookup {
  const known = new Map<string, Owners | undefined>()
  let sections: Promise<readonly MaintainersSection[]> | undefined
  return {
    of: async (source) => {
      // A log may name any path.
      if (tree === undefined || source === undefined || source.startsWith('/') || source.split('/').includes('..')) return undefined
      if (known.has(source)) return known.get(source)
      sections ??= host.fs.readFile(join(tree, 'MAINTAINERS'), 'utf8').then(parseMaintainers, () => [])
      const all = await sections
      const text = all.some(({ keywords }) => keywords.length > 0)
        ? await host.fs.readFile(join(tree, source), 'utf8').catch(() => undefined)
        : undefined
      const owners = ownersOf(all, source, text)
      if (known.size >= mostKnown) known.clear()
      known.set(source, owners)
      return owners
    },
  }
}
