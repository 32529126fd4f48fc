export { failingKinds, lockupKinds, reportKinds, toleratedKinds, type ReportKind } from './kinds.ts'
export { createConsoleReader, stripPrefix, type ConsoleFacts, type ConsoleReader, type KernelReport } from './recognise.ts'
export { lineSplitter } from './split-lines.ts'
export {
  describe,
  exitStatus,
  failingReports,
  judge,
  judgeBoot,
  statusOfVerdict,
  type BootFacts,
  type Judgement,
  type RunFacts,
  type Verdict,
} from './verdict.ts'
