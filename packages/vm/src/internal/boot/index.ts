/** For `kernelkit boot`; anything here may change with any version. */
export { bootAndLeave, bootInVm, type FinishedBoot } from '../../session/work/boot-in-vm.ts'
