export { createReportDecoder, decodeReports, type Decoded, type DecoderOptions, type ReportDecoder } from './report-decoder.ts'
export { openVmlinux, type OpenVmlinux } from './open-vmlinux.ts'
export { readBuildId, readVmlinux, readVmlinuxParts, type Vmlinux, type VmlinuxPart } from './read-vmlinux.ts'
