import { parseAssignment } from '../kconfig/index.ts'
import { locateKernelReference, parseKernelReference, renderKernelReference } from '../kernels/index.ts'
import { parseKernelSource, renderKernelSource } from '../options/build/kernel-source.ts'
import { refuseUnexpanded } from '../options/given.ts'
import { camelCase, fileRows, listOption, type BlockName, type PathKind, type RawOptions } from '../options/index.ts'

/** The directory of the file, as functions: core has no file system. */
export interface Locator {
  /** A path of the file as an absolute one. */
  readonly at: (path: string) => string
  /** Whether a configuration file is next to the file; otherwise it is searched in the source, as make does. */
  readonly hasConfig: (path: string) => boolean
}

/** The block's values with every path made absolute: they are meant from the file's directory, not from where the command runs. */
export function locatePaths(block: BlockName, values: RawOptions, locator: Locator): RawOptions {
  const rows = fileRows(block)
  // Before the directory of the file comes before it.
  refuseUnexpanded(values, Object.fromEntries(rows.map((row) => [row.name, row])))
  const kinds = new Map(rows.map(({ name, path }) => [camelCase(name), path]))
  return Object.fromEntries(
    Object.entries(values).map(([key, given]) => {
      const kind = kinds.get(key)
      if (kind === undefined) return [key, given]
      return [key, given.map((one) => (typeof one.value === 'string' ? { ...one, value: locatePath(kind, one.value, locator) } : one))]
    }),
  )
}

/** Configuration files that may be next to the file or in the source. */
export function unsureConfigs(values: RawOptions): readonly string[] {
  const items = listOption(values, 'config')
  return items.flatMap((item) => (isConfigFile(item) && !isRooted(item) ? [withoutMark(item)] : []))
}

function locatePath(kind: PathKind, text: string, { at, hasConfig }: Locator): string {
  if (text === '') return text
  switch (kind) {
    case 'whole':
      return at(text)
    case 'kernel':
      return locateKernel(text, at)
    // A bare name is looked for on PATH.
    case 'program':
      return text.includes('/') ? at(text) : text
    case 'root':
      return text.includes('/') || text === '.' || text === '..' ? at(text) : text
    case 'base':
      return ['allnoconfig', 'tinyconfig', 'defconfig'].includes(text) || !(text.includes('/') || text.endsWith('config')) ? text : at(text)
    case 'source':
      return locateSource(text, at)
    case 'config':
      return isConfigFile(text) && (isRooted(text) || hasConfig(withoutMark(text))) ? at(text) : text
    case 'before-colon': {
      const colon = text.indexOf(':')
      return colon < 0 ? at(text) : `${at(text.slice(0, colon))}${text.slice(colon)}`
    }
  }
}

function locateSource(text: string, at: Locator['at']): string {
  const source = parseSource(text)
  if (source?.kind === 'path') return at(source.path)
  if (source?.kind === 'tarball' && !source.remote) return at(source.location)
  if (source?.kind === 'git' && source.url.startsWith('.')) return renderKernelSource({ ...source, url: at(source.url) })
  return text
}

function locateKernel(text: string, at: Locator['at']): string {
  try {
    return renderKernelReference(locateKernelReference(parseKernelReference(text), at))
  } catch {
    // The spec's parser refuses it in its own words.
    return text
  }
}

/** `undefined` for what the spec's parser will refuse in its own words, or needs a checksum for. */
function parseSource(text: string): ReturnType<typeof parseKernelSource> | undefined {
  try {
    return parseKernelSource(text)
  } catch {
    return undefined
  }
}

/** Whether an item of `config` names a file. */
export function isConfigFile(item: string): boolean {
  const name = withoutMark(item)
  if (parseAssignment(item, { kind: 'command', where: '' }) !== undefined) return false
  return name.includes('/') || name.endsWith('.config')
}

function isRooted(item: string): boolean {
  return /^\.{0,2}\//.test(item)
}

/** `FILE?` may be absent. */
function withoutMark(item: string): string {
  return item.endsWith('?') ? item.slice(0, -1) : item
}
