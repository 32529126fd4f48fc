export type { Arch, ArchName, EntryNote, KconfigPart, KernelWord } from './arch.ts'
export {
  binutilsTriplet,
  archOfElf,
  debianArchOf,
  findArch,
  gccFor,
  hostArch,
  imageHeadBytes,
  mergedDirectoriesOf,
  nativeArch,
  nodeArchOfEngine,
  parseArch,
  readImageHeader,
  rowsOfSource,
} from './find-arch.ts'
export {
  firmwareNames,
  machines,
  type AccelName,
  type FirmwareName,
  type Machine,
  type MachineCandidate,
  type MachineName,
} from './machines.ts'
export {
  archNames,
  consoleDrivers,
  consoleNames,
  defaultSuites,
  kernelImageNames,
  kernelImagePaths,
  listNames,
  machineNames,
  sourceArchNames,
} from './names.ts'
export { archRows, architectures } from './rows.ts'
