import { parseArch } from '../arch/index.ts'
import { camelCase, fileRows, type BlockName, type RawOptions } from '../options/index.ts'
import { mergeOptions } from './merge-options.ts'
import { parseImageSpec, parseKernelSpec } from '../options/build/index.ts'
import { parseVmSpec } from '../options/vm/index.ts'
import type { Place } from '../errors/index.ts'
import { locatePaths, type Locator } from './locate-paths.ts'
import type { ProjectFile } from './parse-project-file.ts'

export interface ApplyInput {
  readonly file: ProjectFile
  readonly block: BlockName
  /** `build`, `boot`, …: not every command has every option of the block. */
  readonly command: string
  /** Options of the command line or inputs. */
  readonly given: RawOptions
  readonly words: readonly string[]
  readonly locator: Locator
  readonly hostArch: string
}

export interface AppliedFile {
  readonly options: RawOptions
  /** Names of the options that the file gave. */
  readonly used: readonly string[]
  /** The file says how the kernel of the project is built, and no other one is named: what was built last for the project is meant. */
  readonly projectKernel: boolean
}

/** The file's defaults below a command line: located and merged. Values that are overridden are parsed here, because nothing else parses them. */
export function applyProjectFile({ file, block, command, given, words, locator, hostArch }: ApplyInput): AppliedFile {
  const values = locatePaths(block, file.blocks[block] ?? {}, locator)
  const ofRunOnly = fileRows(block).flatMap(({ name, commands }) =>
    commands.includes('run') && !commands.includes('boot') ? [camelCase(name)] : [],
  )
  const known = command === 'boot' ? Object.fromEntries(Object.entries(values).filter(([key]) => !ofRunOnly.includes(key))) : values
  if (block !== 'vm') {
    const { options, used, unused } = mergeOptions({ block, defaults: known, given, words })
    if (block === 'kernel') parseKernelSpec(unused, [], { arch: parseArch(hostArch) })
    else parseImageSpec(unused, { hostArch })
    return { options, used, projectKernel: false }
  }
  const kernel = file.blocks.kernel
  // A kernel of its own has its own architecture.
  const arch =
    known['kernel'] === undefined && known['arch'] === undefined && kernel?.['arch'] !== undefined ? { arch: kernel['arch'] } : {}
  const { options, used, unused } = mergeOptions({ block, defaults: { ...known, ...arch }, given, words: [] })
  parseVmSpec(unused, { command: command === 'boot' ? 'boot' : 'run' })
  return { options, used, projectKernel: kernel !== undefined && options['kernel'] === undefined }
}

/** Where the options of the file are, by name: for messages that name them. */
export function placesOf(options: RawOptions): Readonly<Record<string, Place>> {
  return Object.fromEntries(
    Object.values(options).flatMap((values) => {
      const place = values.at(-1)?.place
      return place === undefined ? [] : [[place.key.replace(/\[\d+\]$/, '').replace(/^.*\./, ''), place]]
    }),
  )
}
