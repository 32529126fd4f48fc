import { UserError, message, option } from '../../errors/index.ts'
import type { JobSystem } from '../../trials/index.ts'
import { choiceOption, integerOption, textOption, type RawOptions } from '../given.ts'
import { commandRows } from '../table/index.ts'
import { mostShards } from './tests.ts'

/** What `kernelkit plan` is asked for. */
export interface PlanSpec {
  readonly shards: number
  readonly system: JobSystem
  /** Name of the container image with the whole tool. */
  readonly image: string
}

/** `--shards N`, `--for SYSTEM`, `--container-image NAME`. */
export function parsePlanSpec(raw: RawOptions): PlanSpec {
  const shards = integerOption(raw, 'shards', { min: 1, max: mostShards })
  const system = choiceOption(raw, commandRows.plan, 'for')
  if (shards === undefined || system === undefined) {
    const name = shards === undefined ? 'shards' : 'for'
    throw new UserError('BAD_OPTION', message`${option(name)} is needed.`, {
      hint: message`Write for instance ${option('shards', '4')} ${option('for', 'github')}; ${option('for')} takes ${commandRows.plan.for.choices.join(', ')}.`,
      details: { option: `--${name}` },
    })
  }
  return { shards, system, image: textOption(raw, 'containerImage') ?? commandRows.plan['container-image'].default }
}
