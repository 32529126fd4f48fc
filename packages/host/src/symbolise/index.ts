export { createReportDecoder, decodeReports, type Decoded, type DecoderOptions, type ReportDecoder } from './report-decoder.ts'
export { readBuildId } from './read-vmlinux.ts'
