export { fetchPackage, readArchiveIndex, type ArchiveAnswer, type ArchiveSuite } from './archive-index.ts'
