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
  type OciKernel,
} from './reference.ts'
export type { AddressedKernel, KojiKernel, MainlineKernel, RemoteKernel, RpmKernel } from './remote-reference.ts'
