/** For the command, which chooses kernels before it boots one; anything here may change with any version. */
export { listKernels, type KernelList, type ListedKernel } from '../../reference/list-kernels.ts'
export { findShareDaemon } from '../../resolve/virtiofs.ts'
