import { choiceOption, type RawOptions } from '../given.ts'
import { commandRows } from '../table/index.ts'

export interface InitSpec {
  readonly ci: (typeof commandRows)['init']['ci']['choices'][number]
}

/** Options of `kernelkit init`. */
export function parseInitSpec(raw: RawOptions): InitSpec {
  return { ci: choiceOption(raw, commandRows.init, 'ci') }
}
