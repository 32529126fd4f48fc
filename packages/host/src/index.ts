export type { AptSource } from './apt/apt-sources.ts'
export type { ArtifactKind, ObtainOptions, RemoteRequest, RemoteStore, Store, StoreEntry } from './store/store.ts'
export type { Host, HostFiles, RunOptions, RunResult, TempDir } from './host.ts'
export { allocatedBytes } from './files/allocated-bytes.ts'
export { aptOptionsOfHost } from './apt/apt-options.ts'
export { hostSuite } from './apt/host-suite.ts'
export { aptMirror, aptMirrors } from './apt/apt-mirror.ts'
export { artifactKinds, defaultStoreRoot, isEntryLocked, notUnderDryRun, openStore, openStoreToLook } from './store/open-store.ts'
export {
  bakeRequirements,
  bootRequirements,
  buildRequirements,
  gdbRequirements,
  gitRequirement,
  sshRequirements,
  symboliserRequirements,
} from './apt/requirement-lists.ts'
export { readBakeFacts } from './apt/bake-facts.ts'
export { bootId, isCertainlyGone, ownIdentity, parseIdentity, type ProcessIdentity } from './process/process-identity.ts'
export { bootstrapPrivilege, type BootstrapPrivilege, type PrivilegeKind } from './process/bootstrap-privilege.ts'
export { checkOutPath } from './files/check-out-path.ts'
export { lastLines, readLastLines } from './process/last-lines.ts'
export { explainSystemError, explaining } from './process/system-error.ts'
export { endFifo, makeFifos, openFifo } from './files/fifo.ts'
export { fetchFile, isAbsent, type FetchOptions } from './files/fetch-file.ts'
export { findProject, findProjectFile, readProject, recordProject, type ProjectKey, type ProjectRecord } from './project/project.ts'
export { freeBytes } from './files/free-bytes.ts'
export { installCommand, missingRequirements, nameOf, packagesOf, requireAll, type Requirement } from './apt/requirements.ts'
export { listStoreItems, removeStoreItem, type StoreItem } from './store/store-items.ts'
export { nodeHost, type NodeHostOptions } from './node-host.ts'
export { makeDirectory } from './files/make-directory.ts'
export { requirePlainPaths, specialCharacter } from './files/plain-path.ts'
export { prepareOutFile } from './files/prepare-out-file.ts'
export { kvmDeviceAccess, type KvmRefusal } from './kvm/kvm-device.ts'
export { probeKvm, type KvmAnswer, type KvmCode, type ProbeKvmOptions } from './kvm/kvm-probe.ts'
export { openProjectFile, type OpenedProjectFile } from './project/open-project-file.ts'
export { readProjectOptions, type ProjectOptions, type ProjectQuery } from './project/read-project-options.ts'
export { qemuVersion } from './kvm/qemu-version.ts'
export { selectForPrune, type PruneChoice } from './store/select-for-prune.ts'
export { silentLogger, type Logger, type Task } from './logger.ts'
export { installPackages, type InstallOptions } from './apt/install-packages.ts'
export { becomeProgram } from './process/become-program.ts'
export { withTask } from './process/with-task.ts'
export { runSteps, type OwnStep, type StepOptions } from './process/run-steps.ts'
