export { endFifo, makeFifos, openFifo } from './fifo.ts'
export {
  checkOutPath,
  makeDirectory,
  makeNamedDirectory,
  prepareOutFile,
  refuseDash,
  realPlace,
  requirePlainPlace,
  withHeldDirectory,
  writeOutFile,
} from './out-path.ts'
export { cleanGuestFiles, inspectGuestFiles, renderFindings, type GuestFinding } from './guest-files.ts'
