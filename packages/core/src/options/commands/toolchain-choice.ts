import { choiceOption, type RawOptions } from '../given.ts'
import { commonRows } from '../table/index.ts'

/** Where tools come from; `auto`: this host when it has them, else Docker. */
export type ToolchainChoice = (typeof commonRows)['toolchain']['choices'][number]

/** `--toolchain`. */
export function parseToolchainChoice(raw: RawOptions): ToolchainChoice {
  return choiceOption(raw, commonRows, 'toolchain')
}
