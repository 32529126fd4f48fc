import type { Place } from '../errors/index.ts'
import { parseKernelSource } from '../options/build/kernel-source.ts'
import { parseKernelReference } from '../kernels/index.ts'
import { isConfigFile } from './locate-paths.ts'
import { builtKernel, type Matrix, type Word } from '../trials/index.ts'
import { camelCase, fileRows, type BlockName, type NamedRow, type RawOptions } from '../options/index.ts'

/** A value of kernelkit.yaml that may reach beyond the project. */
export interface Reaching {
  readonly value: string
  readonly place: Place
  /** What it does, as a clause after the value. */
  readonly does: string
  /** Absent: it needs consent wherever it points. */
  readonly target?: Target
  /** A program that it names, as an absolute path: consent is given to its content too. */
  readonly program?: string
  /** Words that may name files: consent is given to the content of those in the project. */
  readonly words?: readonly string[]
}

/** A path that needs consent only when it is beyond the project. */
export interface Target {
  /** Absolute. */
  readonly path: string
  readonly how: 'reads' | 'writes'
}

/** What the file's values among these options may do beyond the project; `options` are merged and located, those of other doors have no place. */
export function reachingValues(block: BlockName, options: RawOptions): readonly Reaching[] {
  return fileRows(block).flatMap((row) =>
    (options[camelCase(row.name)] ?? []).flatMap(({ value, place }) =>
      place === undefined || value === false ? [] : reachesOf(row, String(value)).map((one) => ({ ...one, value: String(value), place })),
    ),
  )
}

/** The values of `matrix:` as options of their blocks. */
export function matrixOptions({ kernels, roots, configs, include }: Matrix): { readonly vm: RawOptions; readonly kernel: RawOptions } {
  const included = (dimension: 'kernel' | 'root'): readonly Word[] =>
    include.flatMap(({ values, place }) => (values[dimension] ?? []).map((text) => ({ text, place })))
  const named = [...kernels, ...included('kernel')].filter(({ text }) => text !== builtKernel)
  return {
    vm: { kernel: named.map(toOption), root: [...roots, ...included('root')].map(toOption) },
    kernel: { config: configs.flatMap(({ items }) => items.map(toOption)) },
  }
}

/** A text of the file as a value of an option. */
export function toOption({ text, place }: Word): RawOptions[string][number] {
  return { value: text, ...(place === undefined ? {} : { place }) }
}

/** Paths that located options of a block name for what is read, executed or shared. */
export function inputPaths(block: BlockName, options: RawOptions): readonly { readonly name: string; readonly path: string }[] {
  return fileRows(block)
    .filter(({ reach }) => reach !== 'writes')
    .flatMap((row) =>
      (options[camelCase(row.name)] ?? []).flatMap(({ value }) =>
        typeof value === 'string' ? pathsOf(row, value).map((path) => ({ name: row.name, path })) : [],
      ),
    )
}

type Reached = Omit<Reaching, 'value' | 'place'>

function reachesOf(row: NamedRow, value: string): readonly Reached[] {
  const { reach } = row
  // Without a class nothing is known of it.
  if (reach === undefined) return [{ does: 'may reach beyond the project' }]
  if (reach === 'inside') return []
  if (typeof reach === 'object') {
    if (reach.when?.test(value) === false) return []
    // As QEMU's options have them: `-readconfig FILE`, `script=FILE`, `file:FILE`.
    const words = reach.names === true ? value.split(/[\s,=:]+/).filter((word) => word !== '') : undefined
    const program = reach.runs === true && value.startsWith('/') ? value : undefined
    return [{ does: reach.does, ...(program === undefined ? {} : { program }), ...(words === undefined ? {} : { words }) }]
  }
  const server = row.path === 'kernel' ? namedServer(value) : undefined
  if (server !== undefined) return [{ does: `is fetched from the ${server} that it names` }]
  return pathsOf(row, value).flatMap((path) => reachOfPath(reach, path, value))
}

/** What a kernel's reference names beyond this machine and the mirrors, which are of apt or of the option `mirror`. */
function namedServer(value: string): string | undefined {
  try {
    const reference = parseKernelReference(value)
    if (reference.kind === 'addresses') return 'address'
    return reference.kind === 'oci' && reference.place.kind === 'registry' ? 'registry' : undefined
  } catch {
    // The spec's parser refuses it in its own words.
    return undefined
  }
}

function reachOfPath(reach: 'reads' | 'writes' | 'share', path: string, value: string): readonly Reached[] {
  const reads: Reached = { does: 'is read, and is outside of the project', target: { path, how: 'reads' } }
  if (reach === 'reads') return [reads]
  if (reach === 'writes') return [{ does: "is written, and is outside of the project or git's own", target: { path, how: 'writes' } }]
  const writes: Reached = { does: "lets the guest write outside of the project or to git's own files", target: { path, how: 'writes' } }
  return value.endsWith(':rw') ? [writes] : [{ ...reads, does: 'shows the guest what is outside of the project' }]
}

/** The paths in a located value; none for a value that names nothing of this machine. */
function pathsOf(row: NamedRow, value: string): readonly string[] {
  if (row.path === 'kernel') return kernelPaths(value)
  const path = pathOf(row, value)
  return path === undefined ? [] : [path]
}

function kernelPaths(value: string): readonly string[] {
  try {
    const reference = parseKernelReference(value)
    if (reference.kind === 'path') return [reference.path]
    if (reference.kind === 'oci') return reference.place.kind === 'layout' ? [reference.place.path] : []
    return reference.kind === 'package-files' ? reference.paths : []
  } catch {
    // The spec's parser refuses it in its own words.
    return []
  }
}

function pathOf({ path: kind }: NamedRow, value: string): string | undefined {
  const isAbsolute = value.startsWith('/')
  switch (kind) {
    case 'before-colon':
      return value.split(':')[0]
    case 'source':
      return sourcePath(value)
    case 'config': {
      const name = value.replace(/\?$/, '')
      // Searched in the source, unless it climbs out of it.
      if (!isConfigFile(value)) return undefined
      return isAbsolute ? name : name.split('/').includes('..') ? '/' : undefined
    }
    case undefined:
    case 'kernel':
    case 'whole':
    case 'program':
    case 'root':
    case 'base':
      return isAbsolute ? value : undefined
  }
}

function sourcePath(value: string): string | undefined {
  try {
    const source = parseKernelSource(value)
    if (source.kind === 'path') return source.path
    if (source.kind === 'tarball') return source.remote ? undefined : source.location
    if (source.kind !== 'git') return undefined
    const path = source.url.replace(/^file:\/\//, '')
    return path.startsWith('/') ? path : undefined
  } catch {
    // The spec's parser refuses it in its own words, or it is a tarball from the network.
    return undefined
  }
}
