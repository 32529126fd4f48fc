export {
  distributions,
  locateKernelReference,
  parseKernelReference,
  releaseWord,
  renderKernelReference,
  type Distribution,
  type DistributionKernel,
  type DistributionName,
  type KernelReference,
} from './reference.ts'
