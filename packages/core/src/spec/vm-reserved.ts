import { UserError } from '../errors/index.ts'
import { choiceOption, flagName, type RawRecord } from './raw-options.ts'

/** Options whose names are kept for what is not built yet: said, never ignored. */
export function refuseReserved(raw: RawRecord): void {
  if (choiceOption(raw, 'shareAs', ['9p', 'virtiofs']) === 'virtiofs')
    throw notYet('--share-as virtiofs', 'shares go over 9p; leave the option out.')
  const format = choiceOption(raw, 'format', ['auto', 'exit', 'tap', 'ktap'])
  if (format === 'tap' || format === 'ktap')
    throw notYet(`--format ${format}`, 'let the command end with a status other than 0 when a test failed.')
  for (const [key, instead] of reserved) {
    if (raw[key] !== undefined) throw notYet(flagName(key), instead)
  }
}

const reserved = [
  ['kunit', "add kunit's words with --append and read the results from the console log."],
  ['junit', 'read the results from the command output.'],
] as const

function notYet(option: string, hint: string): UserError {
  return new UserError('NOT_YET', `${option} is reserved and not built yet.`, { hint, details: { option } })
}
