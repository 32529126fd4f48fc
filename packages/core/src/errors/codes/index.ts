import { actionCodes } from './action.ts'
import { commandCodes } from './command.ts'
import { decodeCodes } from './decode.ts'
import { hostCodes } from './host.ts'
import { imageCodes } from './image.ts'
import { kernelCodes } from './kernel.ts'
import { toolchainCodes } from './toolchain.ts'
import { vmCodes } from './vm.ts'

/** Every error code that a user can meet, by the subject that throws it; docs/errors.md is rendered from this table. */
export const errorCodes = {
  ...actionCodes,
  ...commandCodes,
  ...decodeCodes,
  ...hostCodes,
  ...imageCodes,
  ...kernelCodes,
  ...toolchainCodes,
  ...vmCodes,
} as const

/** A code of the table: it stays the same from release to release, its message may not. */
export type ErrorCode = keyof typeof errorCodes
