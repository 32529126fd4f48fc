export { judgeBoot, type BootFacts } from './judge-boot.ts'
export { failingKinds, reportKinds, type ReportKind } from './kinds.ts'
export { createConsoleReader, type ConsoleFacts, type ConsoleReader, type KernelReport } from './recognise.ts'
export { describe, exitStatus, failingReports, judge, type Judgement, type RunFacts, type Verdict } from './verdict.ts'
