export { allocatedBytes, freeBytes } from './disk-space.ts'
export { endFifo, makeFifos, openFifo } from './fifo.ts'
export { requirePlainPaths, specialCharacter } from './plain-path.ts'
export { checkOutPath, makeDirectory, makeNamedDirectory, prepareOutFile } from './out-path.ts'
