export { fetchPackage, readArchiveIndex, type ArchiveSuite } from './archive-index.ts'
export { readKeptList, type ListAnswer } from './kept-list.ts'
export { isProtected, readDirectory, readRemote } from './remote-files.ts'
