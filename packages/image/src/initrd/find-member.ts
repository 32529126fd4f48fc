import { posix } from 'node:path'
import type { TreeEntry } from './walk-tree.ts'

// As many links as the kernel follows (include/linux/namei.h, MAXSYMLINKS).
const mostLinks = 40

/** The member of an archive that the kernel finds at a path, its links followed inside the archive; undefined when there is none. */
export function findMember(entries: ReadonlyMap<string, TreeEntry>, path: string): TreeEntry | undefined {
  let names = path.split('/')
  let at = ''
  let links = 0
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      at = posix.dirname(`/${at}`).slice(1)
      continue
    }
    const next = at === '' ? name : `${at}/${name}`
    const entry = entries.get(next)
    if (entry?.kind === 'symlink') {
      if (++links > mostLinks) return undefined
      if (entry.target.startsWith('/')) at = ''
      names = [...entry.target.split('/'), ...names]
    } else if (entry === undefined || (entry.kind !== 'directory' && names.some((rest) => rest !== '' && rest !== '.'))) return undefined
    else at = next
  }
  return entries.get(at)
}
