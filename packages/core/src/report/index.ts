export { blamedFrame, blamedPlace } from './blame.ts'
export { createReportReader, type ReportReader } from './reader.ts'
export { createReportScanner, type ReportScanner } from './scanner.ts'
export type { KernelReport, ReportFrame } from './report.ts'
