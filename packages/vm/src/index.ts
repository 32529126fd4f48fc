/** Boot a guest and use it from a program. */
export {
  bootVm,
  type BootVmContext,
  type BootVmOptions,
  type BootedVm,
  type GuestExecOptions,
  type GuestExecResult,
} from './library/boot-vm.ts'
export type { GuestEvent } from './library/with-reports.ts'
export type { QemuExit, VmEvent } from './vm.ts'
