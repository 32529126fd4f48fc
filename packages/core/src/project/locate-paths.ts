import { parseAssignment } from '../kconfig/index.ts'
import { parseKernelSource, renderKernelSource } from '../options/kernel-source.ts'
import type { RawRecord } from '../options/index.ts'
import { rawKey, rowsOf, type BlockName, type PathKind } from './option-rows.ts'

/** The folder of the file, as a function: core knows no paths. */
export interface Locator {
  /** A path of the file as an absolute one. */
  readonly at: (path: string) => string
  /** Whether a configuration file lies beside the file; otherwise it is searched in the source, as make does. */
  readonly hasConfig: (path: string) => boolean
}

/** The block's values with every path made absolute: they are meant from the file's folder, not from where the command runs. */
export function locatePaths(block: BlockName, values: RawRecord, locator: Locator): RawRecord {
  const kinds = new Map(rowsOf(block).rows.map(({ name, path }) => [rawKey(name), path]))
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const kind = kinds.get(key)
      if (kind === undefined) return [key, value]
      const locate = (text: string) => locatePath(kind, text, locator)
      if (typeof value === 'string') return [key, locate(value)]
      return [key, Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? locate(item) : item)) : value]
    }),
  )
}

/** Configuration files that may lie beside the file or in the source. */
export function unsureConfigs(values: RawRecord): readonly string[] {
  const { config } = values
  const items = Array.isArray(config) ? config.filter((item) => typeof item === 'string') : []
  return items.flatMap((item) => (isConfigFile(item) && !isRooted(item) ? [withoutMark(item)] : []))
}

function locatePath(kind: PathKind, text: string, { at, hasConfig }: Locator): string {
  if (text === '') return text
  switch (kind) {
    case 'whole':
      return at(text)
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

/** `undefined` for what the spec's parser will refuse in its own words, or needs a checksum for. */
function parseSource(text: string): ReturnType<typeof parseKernelSource> | undefined {
  try {
    return parseKernelSource(text)
  } catch {
    return undefined
  }
}

function isConfigFile(item: string): boolean {
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
