import type { RawRecord } from '../options/index.ts'
import { checkBlock } from './check-block.ts'
import { locatePaths, type Locator } from './locate-paths.ts'
import { mergeOptions, type MergedOptions } from './merge-options.ts'
import { rawKey, rowsOf, type BlockName } from './option-rows.ts'
import type { ProjectFile } from './parse-project-file.ts'

export interface ApplyInput {
  readonly file: ProjectFile
  readonly block: BlockName
  /** `build`, `boot`, …: not every command has every option of the block. */
  readonly command: string
  /** Options of the command line, camelCase. */
  readonly given: RawRecord
  readonly words: readonly string[]
  readonly locator: Locator
  readonly hostArch: string
}

/** The file's defaults below a command line: checked, located, merged. */
export function applyProjectFile({ file, block, command, given, words, locator, hostArch }: ApplyInput): MergedOptions {
  const own = file.blocks[block]
  const onlyRun = rowsOf(block).rows.flatMap((row) => (row.onlyRun === true ? [rawKey(row.name)] : []))
  const values = locatePaths(block, own?.values ?? {}, locator)
  const known = command === 'boot' ? Object.fromEntries(Object.entries(values).filter(([key]) => !onlyRun.includes(key))) : values
  if (own !== undefined) checkBlock({ file: file.name, name: block, path: block, block: own, values: known, command, hostArch })
  if (block !== 'vm') return mergeOptions({ block, defaults: known, given, words })
  const kernel = file.blocks.kernel
  const kernelArch = kernel?.values['arch']
  // A kernel of its own has its own architecture.
  const arch = known['kernel'] === undefined && known['arch'] === undefined && typeof kernelArch === 'string' ? { arch: kernelArch } : {}
  const merged = mergeOptions({ block, defaults: { ...known, ...arch }, given, words: [] })
  const isNamed = merged.options['kernel'] !== undefined
  return kernel === undefined || isNamed ? merged : { ...merged, options: { ...merged.options, projectKernel: true } }
}
