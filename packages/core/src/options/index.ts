export { parseSizeBytes } from './quantity.ts'
export { flagOption, givenOptions, isGiven, isSwitchedOff, listOption, textOption, type Given, type RawOptions } from './given.ts'
export { mergeOptions } from './merge.ts'
export { describeOption, withChoices } from './describe.ts'
export { writeError, writeFor, type Reader } from './write-error.ts'
export {
  actionRows,
  blockNames,
  camelCase,
  commonRows,
  everyOption,
  fileRows,
  namedRows,
  rowsOfAction,
  rowsOfCommand,
  vmRows,
  type ActionName,
  type BlockName,
  type NamedRow,
  type PathKind,
} from './table/index.ts'
export { parseTestsSpec, type TestsSpec } from './tests.ts'
export { parseVmSpec, type VmSpec } from './vm.ts'
export type { ResultFormat } from './vm-results.ts'
export type { InitSpec } from './vm-root.ts'
export type { ShareSpec } from './vm-share.ts'
export { libraryOptions, type LibraryVmOptions } from './library.ts'
export { parseImageSpec, type ImageSpec, type RefreshRhythm } from './image.ts'
export { parseInitrdSpec, type InitrdCompression, type InitrdSpec } from './initrd.ts'
export { parseKernelSpec, type ConfigBase, type KernelSpec } from './kernel.ts'
export type { ConfigItem } from './kernel-config-item.ts'
export { renderKernelSource, type KernelSource } from './kernel-source.ts'
export { parseCacheSpec, type CacheSpec } from './cache.ts'
export { parseToolchainCommand, type ToolchainCommand } from './toolchain.ts'
export { parseToolchainChoice, type ToolchainChoice } from './toolchain-choice.ts'
export { parseExecSpec, parseGuestUser } from './exec.ts'
export { parseReportSpec, type ReportSpec } from './report.ts'
