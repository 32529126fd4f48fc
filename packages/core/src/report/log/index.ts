export { createReportScanner, type ReportScanner } from './scanner.ts'
export { compareExpectation, renderExpectation } from './expectation.ts'
export { hiddenReports } from './hidden-reports.ts'
