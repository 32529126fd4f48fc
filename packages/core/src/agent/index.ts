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
export {
  decodeCredit,
  decodeExit,
  decodeHello,
  decodeText,
  encodeClock,
  encodeCredit,
  encodeKill,
  encodeResize,
  encodeSetup,
  encodeStart,
  encodeText,
  guestDirectory,
  type ExitMessage,
  type SetupMessage,
  type StartMessage,
  type StreamName,
} from './messages.ts'
export { replayCommand, replayPath, replayUserPath, type ReplayedCommand } from './replay-command.ts'
