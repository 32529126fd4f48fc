import { sourceName } from '../frame.ts'
import type { ReportFrame } from '../report.ts'
import { families, interruptFunctions, outerFunctions } from './families.ts'
import { layerFiles, machineryFiles, testFiles, type MachineryFiles } from './files.ts'
import * as functions from './functions.ts'
import { beginningMatcher, nameMatcher, remembered } from './names.ts'

/** What a function does for others; undefined for one that may be at fault. */
export type Service = keyof MachineryFiles

const services: readonly Service[] = ['entry', 'printing', 'checking', 'serving']

// Built when a trace is first judged: most runs have none.
let known: ReadonlyMap<string, Service> | undefined
let shared: ReadonlySet<string> | undefined

function knownFunctions(): ReadonlyMap<string, Service> {
  known ??= new Map<string, Service>([
    ...names(functions.servingFunctions).map((name) => [name, 'serving'] as const),
    ...names(functions.checkingFunctions).map((name) => [name, 'checking'] as const),
    ...names(functions.printingFunctions).map((name) => [name, 'printing'] as const),
    ...names(functions.entryFunctions).map((name) => [name, 'entry'] as const),
  ])
  return known
}

/** The names of a generated list. */
export function names(text: string): readonly string[] {
  return text.split(/\s+/).filter((name) => name !== '')
}

const inFamily = services.map((service) => [service, nameMatcher(families[service])] as const)
// Rust's own crates in mangled and demangled names: core, alloc.
const rustMachinery = /^_R\w*?(?:_4core(?:9panicking|3num|3ops|3ptr|6option|6result)|_5alloc)|^<?core::|^<?alloc::/

interface NameFacts {
  readonly service: Service | undefined
  readonly isOuter: boolean
  readonly isInterrupt: boolean
}

const factsOf = remembered((name): NameFacts => ({
  service: findService(name),
  isOuter: isOuterName(name),
  isInterrupt: isInterruptName(name),
}))

const isOuterName = nameMatcher(outerFunctions)
const isInterruptName = nameMatcher(interruptFunctions)
const beginsAsInterrupt = beginningMatcher(interruptFunctions)

function findService(name: string): Service | undefined {
  // Entry points that are only labels of another name: position-independent copies.
  const known = knownFunctions()
  const service = known.get(name) ?? (name.startsWith('__pi_') ? known.get(name.replace(/^__pi_+/, '')) : undefined)
  if (service !== undefined) return service
  return inFamily.find(([, matches]) => matches(name))?.[0] ?? (rustMachinery.test(name) ? 'printing' : undefined)
}

const isTest = nameMatcher(testFiles)
const isLayerFile = nameMatcher(layerFiles)
const wholeFiles = services.map((service) => [service, machineryFiles[service].filter((entry) => !entry.includes(':'))] as const)
const rules = wholeFiles
  .flatMap(([service, globs]) => globs.map((glob) => ({ service, glob, matches: nameMatcher([glob]) })))
  .toSorted((a, b) => b.glob.length - a.glob.length)

function serviceOfFile(path: string): Service | undefined {
  if (isTest(path)) return undefined
  const found = rules.find(({ matches }) => matches(path))?.service
  return found ?? (/(?:^|\/)include\//.test(path) ? 'serving' : undefined)
}

/** Headers of the kernel: what a module calls of them is the kernel's, and inlined. */
const header = /^(?:arch\/[^/]+\/)?include\//

/** What a frame's function does for others. A module is nobody's machinery; where a line is known the file decides. */
export function serviceOf(frame: Pick<ReportFrame, 'function' | 'source' | 'module'>): Service | undefined {
  if (frame.module !== undefined && !header.test(frame.source ?? '')) return undefined
  const name = sourceName(frame.function)
  if (frame.source === undefined || frame.source.startsWith('/') || frame.source.startsWith('..')) return factsOf(name).service
  const known = knownFunctions().get(name)
  // Parts of a file may do something else than the rest of it.
  const ofFile = serviceOfFile(frame.source)
  if (ofFile !== undefined) return known ?? ofFile
  return /^(?:drivers|net|sound|block|security)\//.test(frame.source) ? undefined : known
}

/** Whether both a service and others have a function of that name. */
export function isSharedName(frame: Pick<ReportFrame, 'function' | 'source' | 'module'>): boolean {
  shared ??= new Set(names(functions.sharedFunctions))
  return frame.module === undefined && frame.source === undefined && shared.has(sourceName(frame.function))
}

/** Whether the log says that a frame is in code of many users: a call of one of them is nearer to the defect. */
export function isLayer(frame: Pick<ReportFrame, 'source' | 'module'>): boolean {
  return frame.module === undefined && frame.source !== undefined && isLayerFile(frame.source)
}

/** Whether the log says that a frame is in the code of a test. */
export function isInTest({ source }: Pick<ReportFrame, 'source'>): boolean {
  return source !== undefined && isTest(source)
}

/** Whether a file only serves others. */
export function isServiceFile(path: string): boolean {
  return serviceOfFile(path) !== undefined
}

/** Whether tasks, workers and system calls begin there, or it only passes on what they ask for. */
export function isOuter(name: string): boolean {
  return factsOf(name).isOuter
}

/** Whether an interrupt came in there. */
export function isInterrupt(name: string): boolean {
  return beginsAsInterrupt(name) && factsOf(name).isInterrupt
}
