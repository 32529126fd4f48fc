export type {
  CpioDevice,
  CpioDirectory,
  CpioEntry,
  CpioFifo,
  CpioFile,
  CpioHeaderEntry,
  CpioStreamedFile,
  CpioSymlink,
} from './cpio-entry.ts'
export { cpioHeader, cpioPadding, cpioTrailer, orderCpioEntries, writeCpio } from './newc.ts'
