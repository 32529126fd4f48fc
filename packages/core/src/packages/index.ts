export {
  busyboxPackage,
  collectKernelPackages,
  compareVersions,
  findPackage,
  findSymbols,
  kernelFiles,
  listFlavours,
  indexedNames,
  parsePackageIndex,
  type ArchivePackage,
  type FlavourPackage,
  type OfferedKernel,
} from './package-index.ts'
export { unpackLz4 } from './lz4.ts'
export { listKernelOffers, matchesGlob, type BrokenOffer, type KernelOffer, type KernelOffers, type ReleaseIndex } from './kernel-offers.ts'
export { readRpm, type RpmPackage, type RpmRefusal } from './rpm.ts'
export { choosePlatform, readOciDocument, type OciChoice, type OciDescriptor, type OciDocument } from './oci.ts'
export { originOfRelease, type ReleaseOrigin } from './release-name.ts'
export { collectRpms, findRpm, readRepomd, readRpmList, type ListedRpm, type RpmListPlace } from './rpm-repository.ts'
export {
  chooseKojiFiles,
  chooseMainline,
  chooseRelease,
  namesInListing,
  readChecksums,
  releasesIn,
  type ListedFile,
} from './remote-lists.ts'
