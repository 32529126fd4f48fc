/// <reference types="node" preserve="true" />
/** Boot a guest and use it from a program: docs/library.md. */
import '@kernelkit/host/require-node'
export { bootVm } from './library/boot-vm.ts'
export type { BootVmOptions } from './library/boot-vm-options.ts'
export type {
  BootVmContext,
  BootedVm,
  GuestExecOptions,
  GuestExecResult,
  GuestExit,
  GuestForward,
  GuestProcess,
  GuestShare,
  GuestSignal,
  GuestSpawnOptions,
  GuestVerdict,
} from './library/guest-types.ts'
export type { GuestEvent } from './library/with-reports.ts'
export { UserError } from '@kernelkit/core/errors'
