import { UserError } from '../errors/index.ts'
import { choiceOption, type RawRecord } from './raw-options.ts'

/** Options whose names are kept for what is not built yet: said, never ignored. */
export function refuseReserved(raw: RawRecord): void {
  if (choiceOption(raw, 'shareAs', ['9p', 'virtiofs']) === 'virtiofs')
    throw notYet('--share-as virtiofs', 'shares go over 9p; leave the option out.')
}

function notYet(option: string, hint: string): UserError {
  return new UserError('NOT_YET', `${option} is reserved and not built yet.`, { hint, details: { option } })
}
