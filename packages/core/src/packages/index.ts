export {
  collectKernelPackages,
  findPackage,
  listFlavours,
  parsePackageIndex,
  type ArchivePackage,
  type FlavourPackage,
  type OfferedKernel,
} from './package-index.ts'
export { unpackLz4 } from './lz4.ts'
