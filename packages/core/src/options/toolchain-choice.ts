import { choiceOption, type RawRecord } from './raw-options.ts'

export const toolchainChoices = ['auto', 'host', 'docker'] as const

/** Where tools come from; `auto`: this host when it has them, else Docker. */
export type ToolchainChoice = (typeof toolchainChoices)[number]

/** `--toolchain`. */
export function parseToolchainChoice(raw: RawRecord): ToolchainChoice {
  return choiceOption(raw, 'toolchain', toolchainChoices) ?? 'auto'
}
