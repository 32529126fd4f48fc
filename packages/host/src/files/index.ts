export { endFifo, makeFifos, openFifo } from './fifo.ts'
export { checkOutPath, makeDirectory, makeNamedDirectory, prepareOutFile } from './out-path.ts'
