export { joinCommandLine, refuseUnread, setsParameter, type CommandLine } from './cmdline.ts'
export {
  fileSystemOptions,
  guestWords,
  optionOfLacking,
  type GuestMount,
  type GuestRoot,
  type GuestWords,
  type ShareMode,
} from './guest-words.ts'
export { kernelWords, type KernelWordsInput } from './kernel-words.ts'
