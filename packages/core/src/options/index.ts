export { parseSizeBytes } from './quantity.ts'
export {
  flagOption,
  givenOptions,
  isGiven,
  isSwitchedOff,
  listOption,
  refuseEmpty,
  textOption,
  type Given,
  type RawOptions,
} from './given.ts'
export { writeError, writeFor, type Reader } from './write-error.ts'
export {
  actionRows,
  blockNames,
  camelCase,
  commandRows,
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
  type Reach,
} from './table/index.ts'
// What the parsers return; they themselves are in `options/vm`, `options/build` and `options/commands`.
export type {
  ConfigBase,
  ConfigItem,
  ImageSpec,
  InitrdCompression,
  InitrdSpec,
  KernelRelease,
  KernelSource,
  KernelSpec,
  RefreshRhythm,
} from './build/index.ts'
export type { CacheSpec, ReportSpec, TestsSpec, ToolchainChoice, ToolchainCommand } from './commands/index.ts'
export type { InitSpec, ResultFormat, ShareSpec, SuiteSpec, VmSpec } from './vm/index.ts'
export type { LibraryVmOptions } from './library/index.ts'
export type { DumpVerdict, InspectScript } from './fail-on.ts'
