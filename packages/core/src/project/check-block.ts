import { parseArch } from '../arch/index.ts'
import { UserError } from '../errors/index.ts'
import { parseImageSpec, parseKernelSpec, parseVmSpec, renameOptions, type RawRecord } from '../options/index.ts'
import type { ProjectBlock } from './parse-block.ts'
import type { BlockName } from './option-rows.ts'
import { showPlace } from './read-yaml.ts'

export interface CheckInput {
  /** Name of the file for messages. */
  readonly file: string
  readonly name: BlockName
  /** What the block is called in messages: `vm`, `tests[1]`. */
  readonly path: string
  readonly block: ProjectBlock
  /** The part of the block that the command has options for, located. */
  readonly values: RawRecord
  readonly command: string
  readonly hostArch: string
}

/** The file's values alone have to make sense: what is wrong with them is said with its line, and in the file's words. */
export function checkBlock({ file, name, path, block, values, command, hostArch }: CheckInput): void {
  try {
    if (name === 'kernel') parseKernelSpec(values, [], { arch: parseArch(hostArch) })
    else if (name === 'image') parseImageSpec(values, { hostArch })
    else parseVmSpec(values, { command: command === 'boot' ? 'boot' : 'run' })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const said = [error.details['option'], error.message].filter((text) => typeof text === 'string').join(' ')
    const option = Object.keys(block.places).find((key) => new RegExp(`--${key}(?![a-z-])`).test(said))
    const place = option === undefined ? undefined : block.places[option]
    const renamed = renameOptions(error, (flag) => flag)
    throw new UserError(error.code, `${place === undefined ? file : showPlace(file, place)}: in ${path}: ${renamed.message}`, {
      ...(renamed.hint === undefined ? {} : { hint: renamed.hint }),
      verdict: error.verdict,
      details: { ...error.details, file, ...place, key: option === undefined ? path : `${path}.${option}` },
      cause: error,
    })
  }
}
