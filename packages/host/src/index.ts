export type { AptSource } from './apt-sources.ts'
export type { ArtifactKind, ObtainOptions, RemoteRequest, RemoteStore, Store, StoreEntry } from './store.ts'
export type { Host, HostFiles, RunOptions, RunResult, TempDir } from './host.ts'
export { allocatedBytes } from './allocated-bytes.ts'
export { aptOptionsOfHost } from './apt-options.ts'
export { hostSuite } from './host-suite.ts'
export { aptMirror, aptMirrors } from './apt-mirror.ts'
export { artifactKinds, defaultStoreRoot, isEntryLocked, notUnderDryRun, openStore, openStoreToLook } from './open-store.ts'
export {
  bakeRequirements,
  bootRequirements,
  buildRequirements,
  gdbRequirements,
  gitRequirement,
  sshRequirements,
  symboliserRequirements,
} from './requirement-lists.ts'
export { readBakeFacts } from './bake-facts.ts'
export { bootId, isCertainlyGone, ownIdentity, parseIdentity, type ProcessIdentity } from './process-identity.ts'
export { bootstrapPrivilege, type BootstrapPrivilege, type PrivilegeKind } from './bootstrap-privilege.ts'
export { checkOutPath } from './check-out-path.ts'
export { explainSystemError, explaining } from './system-error.ts'
export { endFifo, makeFifos, openFifo } from './fifo.ts'
export { fetchFile, type FetchOptions } from './fetch-file.ts'
export { findProject, findProjectFile, readProject, recordProject, type ProjectKey, type ProjectRecord } from './project.ts'
export { freeBytes } from './free-bytes.ts'
export { installCommand, missingRequirements, nameOf, packagesOf, requireAll, type Requirement } from './requirements.ts'
export { listStoreItems, removeStoreItem, type StoreItem } from './store-items.ts'
export { nodeHost, type NodeHostOptions } from './node-host.ts'
export { makeFolder } from './make-folder.ts'
export { prepareOutFile } from './prepare-out-file.ts'
export { kvmDeviceAccess, type KvmRefusal } from './kvm-device.ts'
export { probeKvm, type KvmAnswer, type KvmCode, type ProbeKvmOptions } from './kvm-probe.ts'
export { openProjectFile, type OpenedProjectFile } from './open-project-file.ts'
export { readProjectOptions, type ProjectOptions, type ProjectQuestion } from './read-project-options.ts'
export { qemuVersion } from './qemu-version.ts'
export { selectForPrune, type PruneChoice } from './select-for-prune.ts'
export { silentLogger, type Logger, type Task } from './logger.ts'
export { installPackages, type InstallOptions } from './install-packages.ts'
export { becomeProgram } from './become-program.ts'
export { withTask } from './with-task.ts'
export { createReportDecoder, decodeReports, type Decoded, type DecoderOptions, type ReportDecoder } from './symbolise/report-decoder.ts'
