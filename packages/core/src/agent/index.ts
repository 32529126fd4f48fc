export {
  createFrameDecoder,
  encodeFrame,
  frameTypes,
  maxFrameBytes,
  protocolVersion,
  streamWindow,
  type Frame,
  type FrameDecoder,
} from './frame.ts'
export { guestFolder } from './guest-folder.ts'
export {
  decodeCredit,
  decodeExit,
  decodeHello,
  decodeText,
  encodeCredit,
  encodeExit,
  encodeKill,
  encodeResize,
  encodeSetup,
  encodeStart,
  encodeText,
  frameTypeName,
  type ExitMessage,
  type SetupMessage,
  type StartMessage,
  type StreamName,
} from './messages.ts'
