import { machineryFiles, testFiles, type MachineryFiles } from '../packages/core/src/report/machinery/files.ts'
import { nameMatcher } from '../packages/core/src/report/machinery/names.ts'
import type { DefinedFunction, Wrapper } from './kernel-functions.ts'

/** What a function does for others; the first of them that a name has counts. */
export type MachineryClass = keyof MachineryFiles
export const machineryClasses: readonly MachineryClass[] = ['entry', 'checking', 'printing', 'serving']

/** A source file of a kernel tree and what it defines. */
export interface ReadFile {
  readonly path: string
  readonly functions: readonly DefinedFunction[]
}

export interface MachineryNames {
  readonly machinery: ReadonlyMap<string, MachineryClass>
  /** Names of machinery that other code has too. */
  readonly shared: ReadonlySet<string>
}

/** Names of one tree. */
export interface TreeNames extends MachineryNames {
  /** Machinery that other files can call. */
  readonly exported: ReadonlySet<string>
  /** Other functions, and whether only their own file can call them. */
  readonly others: ReadonlyMap<string, 'static' | 'global'>
}

interface Rule {
  readonly ofFile: (path: string) => boolean
  readonly ofName: (name: string) => boolean
  readonly length: number
  readonly isPart: boolean
}

const rules = new Map<MachineryClass, readonly Rule[]>(
  machineryClasses.map((name) => [
    name,
    machineryFiles[name].map((entry) => {
      const [file = '', names = '*'] = entry.split(':')
      return {
        ofFile: nameMatcher([file]),
        ofName: nameMatcher([names]),
        length: file.replace('*', '').length,
        isPart: entry.includes(':'),
      }
    }),
  ]),
)
const isTest = nameMatcher(testFiles)

/** The most exact rule wins: parts of a file, then longer patterns. */
function classOf(path: string, name: string): MachineryClass | undefined {
  let best: { readonly rank: number; readonly name: MachineryClass } | undefined
  for (const [group, list] of rules)
    for (const rule of list) {
      const rank = rule.length + (rule.isPart ? 1000 : 0)
      if ((best === undefined || rank > best.rank) && rule.ofFile(path) && rule.ofName(name)) best = { rank, name: group }
    }
  return best?.name
}

/** Code that others call, not drivers. */
function isCore(path: string): boolean {
  return !/^(?:drivers|sound)\//.test(path) || path.startsWith('drivers/base/')
}

function isHeader(path: string): boolean {
  return /(?:^|\/)include\//.test(path)
}

function wrapperClass(wrapper: Wrapper | undefined): MachineryClass | undefined {
  return wrapper === 'stop' ? 'checking' : wrapper === 'lock' ? 'serving' : undefined
}

/** A helper that only stops the machine is a check, whatever its file is. */
function classWith(ofFile: MachineryClass | undefined, ofBody: MachineryClass | undefined): MachineryClass | undefined {
  return ofFile === undefined || (ofFile === 'serving' && ofBody === 'checking') ? ofBody : ofFile
}

/** Which functions of one tree serve others, by the files that define them and by their bodies. */
export function namesOfTree(files: Iterable<ReadFile>): TreeNames {
  const machinery = new Map<string, MachineryClass>()
  const global = new Set<string>()
  const others = new Map<string, 'static' | 'global'>()
  for (const { path, functions } of files) {
    // Tests call what they test by its name; their own functions make no name ambiguous.
    if (isTest(path)) continue
    for (const { name, wrapper, isStatic } of functions) {
      const group = classWith(classOf(path, name), isCore(path) ? wrapperClass(wrapper) : undefined)
      if (group === undefined) {
        // A header of another architecture defines the same interface.
        if (!isHeader(path) && others.get(name) !== 'global') others.set(name, isStatic ? 'static' : 'global')
        continue
      }
      const known = machinery.get(name)
      if (known === undefined || machineryClasses.indexOf(group) < machineryClasses.indexOf(known)) machinery.set(name, group)
      if (!isStatic) global.add(name)
    }
  }
  // Others have a function of that name too: only its callers show which one a trace means.
  const shared = new Set([...machinery.keys()].filter((name) => others.has(name) && !global.has(name)))
  for (const name of shared) machinery.delete(name)
  return { machinery, shared, exported: global, others }
}

/** The trees as one, the oldest first: the newest with a name decides what it is. What was machinery once and is only other code now is shared. */
export function mergeTrees(trees: Iterable<TreeNames>): MachineryNames {
  const machinery = new Map<string, MachineryClass>()
  const exported = new Set<string>()
  const shared = new Set<string>()
  for (const tree of trees) {
    for (const [name, group] of tree.machinery) {
      machinery.set(name, group)
      shared.delete(name)
    }
    for (const name of tree.exported) exported.add(name)
    for (const name of tree.shared) shared.add(name)
    for (const [name, reach] of tree.others) {
      const isHere = tree.machinery.has(name) || tree.shared.has(name)
      if (isHere || !machinery.has(name) || (reach === 'static' && exported.has(name))) continue
      machinery.delete(name)
      shared.add(name)
    }
  }
  for (const name of machinery.keys()) shared.delete(name)
  return { machinery, shared }
}
