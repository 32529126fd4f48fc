import type { FoundFrame } from '../report/frame.ts'
import type { KernelReport } from '../report/report.ts'
import { framesToDecode } from './decode-report.ts'
import type { SymbolTable } from './symbol-table.ts'

/** The code of a module's file: each section begins at address 0. */
export interface ModuleCode {
  readonly sections: readonly { readonly name: string; readonly symbols: SymbolTable }[]
}

export interface PlaceInModule {
  readonly module: string
  readonly section: string
  readonly address: bigint
}

/** Names of the modules whose calls a report shows. */
export function modulesOf(report: KernelReport): readonly string[] {
  return [...new Set(framesToDecode(report).flatMap(({ module }) => (module === undefined ? [] : [module])))]
}

/** Where in the files of modules the frames of a report are. */
export function locateInModules(
  report: KernelReport,
  codeOf: (module: string) => ModuleCode | undefined,
): ReadonlyMap<FoundFrame, PlaceInModule> {
  const places = new Map<FoundFrame, PlaceInModule>()
  for (const frame of framesToDecode(report)) {
    const { module } = frame
    const code = module === undefined ? undefined : codeOf(module)
    if (module === undefined || code === undefined) continue
    const found = code.sections.flatMap(({ name, symbols }) => {
      const address = symbols.locate(frame)
      return typeof address === 'bigint' ? [{ module, section: name, address }] : []
    })
    // Two functions of one name and size: no line is better than one of two.
    if (found[0] !== undefined && found.length === 1) places.set(frame, found[0])
  }
  return places
}

/** The release of the kernel that printed a log, from its banner. */
export function releaseOf(report: KernelReport): string | undefined {
  return /^Linux version (?<release>\S+)/.exec(report.evidence?.kernel.banner ?? '')?.groups?.['release']
}

/** The directory that a module's paths begin with: below `kernel/` modules are where their source is in the tree. */
export function treeOfModule(path: string, sources: readonly string[]): string | undefined {
  const place = /\/kernel\/(?<place>.+\/)[^/]+$/.exec(path)?.groups?.['place']
  if (place === undefined) return undefined
  for (const source of sources) {
    const at = source.startsWith('/') ? source.indexOf(`/${place}`) : -1
    if (at > 0) return source.slice(0, at)
  }
  return undefined
}
