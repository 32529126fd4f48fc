import { UserError, command, message, option } from '../../errors/index.ts'
import { choiceOption, type RawOptions } from '../given.ts'
import { commandRows } from '../table/index.ts'

export interface GdbSpec {
  readonly printConfig: (typeof commandRows)['gdb']['print-config']['choices'][number] | undefined
}

/** Options of `kernelkit gdb`, whose words for gdb are `words`. Throws BAD_OPTION. */
export function parseGdbSpec(raw: RawOptions, words: readonly string[]): GdbSpec {
  const printConfig = choiceOption(raw, commandRows.gdb, 'print-config')
  if (printConfig !== undefined && words.length > 0) {
    const seen = words.join(' ')
    throw new UserError('BAD_OPTION', message`${option('print-config')} prints a configuration and starts no gdb; seen: '${seen}'.`, {
      hint: message`Leave the words out, or start gdb with them: ${command(`kernelkit gdb VM -- ${seen}`)}.`,
      details: { option: '--print-config', seen },
    })
  }
  return { printConfig }
}
