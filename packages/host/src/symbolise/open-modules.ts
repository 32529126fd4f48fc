import { join } from 'node:path'
import { addr2line, locateInModules, modulesOf, releaseOf, treeOfModule, type CodePlace, type PlaceInModule } from '@kernelkit/core/decode'
import { moduleName } from '@kernelkit/core/modules'
import type { FoundFrame, KernelReport } from '@kernelkit/core/report'
import type { Host } from '../host.ts'
import { chooseAddr2line } from './choose-symboliser.ts'
import { readModuleFile, type ModuleFile } from './module-file.ts'
import { startSymboliser, type Symboliser } from './symboliser.ts'

/** Lines of calls in modules. */
export interface OpenModules extends AsyncDisposable {
  /** A module's file, one with lines when there is one. */
  file(name: string, release: string | undefined): Promise<ModuleFile | undefined>
  /** The calls at each address of a section, innermost first; nothing without lines. Throws SYMBOLISER_MISSING. */
  lines(file: ModuleFile, section: string, addresses: readonly bigint[]): Promise<readonly (readonly CodePlace[])[]>
  /** The calls at each frame in a module, innermost first. */
  decode(reports: readonly KernelReport[]): Promise<ReadonlyMap<FoundFrame, readonly CodePlace[]>>
  /** Why a module has no lines, as far as it is known. */
  readonly obstacles: ReadonlyMap<string, string>
  /** Directories that the paths of modules begin with. */
  readonly trees: ReadonlySet<string>
}

/** Finds modules by their names below directories, the first directory with debug information first; each is read when a report names it. */
export function openModules(
  host: Host,
  { directories, signal }: { readonly directories: readonly string[]; readonly signal?: AbortSignal | undefined },
): OpenModules {
  let index: Promise<ReadonlyMap<string, readonly string[]>> | undefined
  const files = new Map<string, ModuleFile | undefined>()
  const obstacles = new Map<string, string>()
  const trees = new Set<string>()
  const symbolisers = new Map<string, Symboliser>()

  const fileOf = async (name: string, release: string | undefined): Promise<ModuleFile | undefined> => {
    if (files.has(name)) return files.get(name)
    index ??= indexFiles(host, directories)
    const { file, obstacle } = await chooseFile(host, { paths: (await index).get(name) ?? [], release })
    if (obstacle !== undefined) obstacles.set(name, obstacle)
    files.set(name, file)
    return file
  }
  const ask = async (file: ModuleFile, section: string, addresses: readonly bigint[]): Promise<readonly (readonly CodePlace[])[]> => {
    const key = `${file.path} ${section}`
    let symboliser = symbolisers.get(key)
    if (symboliser === undefined) {
      const program = await chooseAddr2line(host, file.machine)
      const kind = { ...addr2line, args: (executable: string) => [...addr2line.args(executable), '-j', section] }
      symboliser = startSymboliser(host, { chosen: { kind, program }, executable: file.path, signal })
      symbolisers.set(key, symboliser)
    }
    return symboliser.ask(addresses)
  }
  const withLines = (file: ModuleFile | undefined): ModuleFile | undefined => (file?.hasLines === true ? file : undefined)
  return {
    obstacles,
    trees,
    file: fileOf,
    lines: async (file, section, addresses) => (file.hasLines ? ask(file, section, addresses) : []),
    decode: async (reports) => {
      const places = new Map<FoundFrame, PlaceInModule>()
      for (const report of reports) {
        for (const name of modulesOf(report)) await fileOf(name, releaseOf(report))
        for (const [frame, place] of locateInModules(report, (name) => withLines(files.get(name)))) places.set(frame, place)
      }
      const known = new Map<FoundFrame, readonly CodePlace[]>()
      for (const group of Map.groupBy(places, ([, { module, section }]) => `${module} ${section}`).values()) {
        const [, first] = group[0] ?? []
        const file = first === undefined ? undefined : files.get(first.module)
        if (first === undefined || file === undefined) continue
        const answers = await ask(
          file,
          first.section,
          group.map(([, { address }]) => address),
        )
        for (const [at, [frame]] of group.entries()) known.set(frame, answers[at] ?? [])
        const tree = treeOfModule(
          file.path,
          answers.flat().map(({ source }) => source),
        )
        if (tree !== undefined) trees.add(tree)
      }
      return known
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...symbolisers.values()].map((symboliser) => symboliser[Symbol.asyncDispose]()))
    },
  }
}

/** Paths of each module's files, in the order of the directories. */
async function indexFiles(host: Pick<Host, 'fs'>, directories: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const all = new Map<string, string[]>()
  for (const directory of directories) {
    const names = await host.fs.readdir(directory, { recursive: true }).catch(() => [])
    for (const path of names.filter((name) => /\.ko(?:\.(?:debug|gz|xz|zst))?$/.test(name))) {
      const name = moduleName(path.replace(/\.debug$/, ''))
      all.set(name, [...(all.get(name) ?? []), join(directory, path)])
    }
  }
  return all
}

/** The first file with lines that is of the kernel which printed the log, else one without and why. */
async function chooseFile(
  host: Host,
  { paths, release }: { readonly paths: readonly string[]; readonly release: string | undefined },
): Promise<{ readonly file: ModuleFile | undefined; readonly obstacle: string | undefined }> {
  let obstacle = 'no file of it was found'
  let plain: ModuleFile | undefined
  for (const path of paths) {
    if (!/\.ko(?:\.debug)?$/.test(path)) {
      obstacle = `${path} is compressed: unpack it`
      continue
    }
    const file = await readModuleFile(host, path)
    if (typeof file === 'string') obstacle = file
    else if (release !== undefined && file.release !== undefined && file.release !== release)
      obstacle = `${path} is of ${file.release}, the log of ${release}`
    else if (file.hasLines) return { file, obstacle: undefined }
    else {
      plain ??= file
      obstacle = `${path} has no debug information`
    }
  }
  return { file: plain, obstacle }
}
