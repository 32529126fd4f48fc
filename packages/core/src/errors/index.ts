export type { CodeEntry } from './code-entry.ts'
export { errorCodes, type ErrorCode } from './codes.ts'
export { UserError, errorDocument, renderUserError, type ErrorVerdict, type UserErrorOptions } from './user-error.ts'
export { nearestName } from './nearest-name.ts'
