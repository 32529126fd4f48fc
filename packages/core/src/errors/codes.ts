import { commandCodes } from './codes/command.ts'
import { hostCodes } from './codes/host.ts'
import { imageCodes } from './codes/image.ts'
import { kernelCodes } from './codes/kernel.ts'
import { vmCodes } from './codes/vm.ts'

/** What a code means and how it is mended; docs/errors.md is rendered from this table. */
export interface CodeEntry {
  readonly meaning: string
  readonly fix: string
}

/** Every error code that a user can meet, by the subject that throws it. */
export const errorCodes = { ...commandCodes, ...hostCodes, ...imageCodes, ...kernelCodes, ...vmCodes } as const

export type ErrorCode = keyof typeof errorCodes
