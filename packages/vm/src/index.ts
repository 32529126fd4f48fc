export type { ExecOptions, ExecResult, GuestSetup, QemuExit, RunningCommand, Vm, VmEvent, VmRequest } from './vm.ts'
export { agentInitrd, joinInitrds, type AgentLayout } from './agent/agent-initrd.ts'
export { measureTscKhz } from './agent/measure-tsc.ts'
export { connectVm, type ConnectVmOptions, type VmClient } from './runtime/connect-vm.ts'
export { startDetachedVm } from './runtime/detached-vm.ts'
export { startVm } from './runtime/start-vm.ts'
export { findVm, listVms, reserveVm, type VmPlace, type VmState } from './runtime/vm-state.ts'
export type { OwnedVm, StartVmOptions } from './process/start-qemu.ts'
export { collectOutput, type CollectedOutput } from './process/collect-output.ts'
export { makeEvidenceFolder } from './evidence/evidence-folder.ts'
export { evidenceDocument, type EvidencePaths } from './evidence/evidence-paths.ts'
export { recordVerdict, type VerdictRecord } from './evidence/record-verdict.ts'
export { commandWords } from './run/command-words.ts'
export { preparePaste, prepareVm, type PreparedVm } from './run/prepare-vm.ts'
export { readAllowed } from './run/allowed-reports.ts'
export { planDocument, renderParagraph, type OutcomePaths } from './run/render-outcome.ts'
export { makeArtifactsFolder } from './run/make-artifacts-folder.ts'
export { outcomeSuites } from './run/outcome-junit.ts'
export { runInVm, type FinishedRun, type RunInVmInput, type RunStreams } from './run/run-in-vm.ts'
export { runCommand, type RunInput, type RunOutcome } from './run/run-command.ts'
export { tellWhenPaused } from './run/tell-when-paused.ts'
export { startOrDetach } from './run/start-or-detach.ts'
export type { VmPlan } from './resolve/plan-vm.ts'
export type { SshAccess } from './ssh/make-ssh-access.ts'
export { readSshAccess } from './ssh/read-ssh-access.ts'
export { sshArgv } from './ssh/ssh-argv.ts'
export { waitForSsh } from './ssh/wait-for-ssh.ts'
export { stopVm } from './runtime/stop-vm.ts'
export { bootAttached, type BootInput, type BootOutcome } from './boot/boot-attached.ts'
export { gdbRemote } from './gdb/gdb-remote.ts'
export { gdbTargetOf, type ResolvedGdb } from './gdb/gdb-target.ts'
export {
  bootVm,
  type BootVmContext,
  type BootVmOptions,
  type BootedVm,
  type GuestExecOptions,
  type GuestExecResult,
} from './library/boot-vm.ts'
