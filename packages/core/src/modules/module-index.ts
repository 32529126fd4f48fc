/** Text files of depmod(8) below lib/modules/RELEASE; those that are absent are empty. */
export interface ModuleFiles {
  readonly dep: string
  readonly builtin: string
  readonly softdep: string
  readonly alias: string
}

/** A kernel's modules: which file each is in, and what must be loaded before it. */
export interface ModuleIndex {
  /** Whether there is a file of this name; what is built in has none. */
  has(name: string): boolean
  isBuiltIn(name: string): boolean
  /** Every name, sorted. */
  readonly names: readonly string[]
  /** Files of a module and of all that must be loaded with it, in the order of loading. */
  readonly chain: (name: string) => readonly ModuleFile[]
}

export interface ModuleFile {
  readonly name: string
  /** Relative to lib/modules/RELEASE, as modules.dep writes it. */
  readonly path: string
  /** Something else must be loaded before or after it, but works without it. */
  readonly optional: boolean
}

interface Entry {
  readonly path: string
  /** Names, the nearest first: they are loaded from the last to the first (modules.dep(5)). */
  readonly depends: readonly string[]
}

/** `a-b.ko.xz` in any directory is the module `a_b`: dashes and underscores are the same (modprobe(8)). */
export function moduleName(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.ko(?:\.(?:gz|xz|zst))?$/, '')
    .replaceAll('-', '_')
}

export function indexModules(files: ModuleFiles): ModuleIndex {
  const entries = new Map<string, Entry>()
  for (const line of files.dep.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const path = line.slice(0, colon)
    // depmod(8) names files below the directory; the list may come with a checkout.
    if (path.startsWith('/') || path.split('/').includes('..')) continue
    const depends = line
      .slice(colon + 1)
      .split(' ')
      .filter((word) => word !== '')
    entries.set(moduleName(path), { path, depends: depends.map(moduleName) })
  }
  const builtin = new Set(
    files.builtin
      .split('\n')
      .filter((line) => line !== '')
      .map(moduleName),
  )
  const soft = parseSoftDependencies(files.softdep)
  const providers = (name: string): readonly string[] =>
    entries.has(name) ? [name] : aliased(files.alias, name).filter((one) => entries.has(one))

  const chain = (wanted: string): readonly ModuleFile[] => {
    const order = new Map<string, ModuleFile>()
    const busy = new Set<string>()
    const add = (name: string, optional: boolean): void => {
      const entry = entries.get(name)
      if (entry === undefined || order.has(name) || busy.has(name)) return
      busy.add(name)
      const { pre = [], post = [] } = soft.get(name) ?? {}
      for (const before of pre.flatMap(providers)) add(before, true)
      for (const before of entry.depends.toReversed()) add(before, optional)
      order.set(name, { name, path: entry.path, optional })
      for (const after of post.flatMap(providers)) add(after, true)
    }
    add(wanted, false)
    return [...order.values()]
  }
  return {
    has: (name) => entries.has(name),
    isBuiltIn: (name) => builtin.has(name),
    names: [...entries.keys()].toSorted(),
    chain,
  }
}

interface SoftDependencies {
  readonly pre: readonly string[]
  readonly post: readonly string[]
}

/** `softdep NAME pre: A B post: C` (modprobe.d(5)). */
function parseSoftDependencies(text: string): ReadonlyMap<string, SoftDependencies> {
  const all = new Map<string, SoftDependencies>()
  for (const line of text.split('\n')) {
    const match = /^softdep (\S+) (.*)$/.exec(line)
    if (match === null) continue
    const name = moduleName(match[1] ?? '')
    const found = all.get(name) ?? { pre: [], post: [] }
    const words = (kind: 'pre' | 'post'): readonly string[] =>
      [...(match[2] ?? '').matchAll(/(pre|post):((?:\s+[^\s:]+(?!\S))*)/g)].flatMap((part) =>
        part[1] === kind
          ? (part[2] ?? '')
              .trim()
              .split(/\s+/)
              .filter((word) => word !== '')
              .map(moduleName)
          : [],
      )
    all.set(name, { pre: [...found.pre, ...words('pre')], post: [...found.post, ...words('post')] })
  }
  return all
}

/** Modules with this very alias; aliases with patterns are for devices. */
function aliased(text: string, name: string): readonly string[] {
  const plain = name.replaceAll('_', '-')
  return text.split('\n').flatMap((line) => {
    const [, alias = '', owner = ''] = /^alias (\S+) (\S+)$/.exec(line) ?? []
    return alias.replaceAll('_', '-') === plain ? [moduleName(owner)] : []
  })
}

/** A module that is wanted before the guest's first program. */
export interface WantedModule {
  readonly name: string
  /** The guest starts without it. */
  readonly optional: boolean
}

/** Modules in the order in which they are loaded, each once; a name that is built in or unknown adds nothing. */
export function planModules(index: ModuleIndex, wanted: readonly WantedModule[]): readonly ModuleFile[] {
  const order = new Map<string, ModuleFile>()
  for (const { name, optional } of wanted) {
    for (const file of index.chain(name)) {
      const before = order.get(file.name)
      const isOptional = (file.optional || optional) && before?.optional !== false
      // A name that is in the map keeps its place.
      order.set(file.name, { ...file, optional: isOptional })
    }
  }
  return [...order.values()]
}
