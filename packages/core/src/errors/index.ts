export type { CodeEntry } from './code-entry.ts'
export type { ErrorCode } from './codes/index.ts'
export {
  command,
  joinMessages,
  joinedOption,
  message,
  option,
  printable,
  writeMessage,
  type Message,
  type MessagePart,
  type PartWriter,
  type Place,
} from './message.ts'
export { commandWriter } from './message.ts'
export { UserError, errorDocument, renderUserError, type ErrorVerdict, type UserErrorOptions } from './user-error.ts'
export { nearestName } from './nearest-name.ts'
