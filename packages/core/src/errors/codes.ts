import { actionCodes } from './codes/action.ts'
import { commandCodes } from './codes/command.ts'
import { decodeCodes } from './codes/decode.ts'
import { hostCodes } from './codes/host.ts'
import { imageCodes } from './codes/image.ts'
import { kernelCodes } from './codes/kernel.ts'
import { toolchainCodes } from './codes/toolchain.ts'
import { vmCodes } from './codes/vm.ts'

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
