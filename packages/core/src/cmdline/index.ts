export { joinCommandLine, splitWords, type CommandLine } from './cmdline.ts'
export { guestWords, type GuestMount, type GuestRoot, type GuestWords } from './guest-words.ts'
export { kernelWords, type KernelWordsInput } from './kernel-words.ts'
