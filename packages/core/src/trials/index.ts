export { compareWithBaseline, type ComparedCell, type Comparison, type KnownFailure, type Novelty } from './baseline.ts'
export { chooseCandidates, flavoursOf, requirementLine, type Candidate, type OfferedKernel } from './candidates.ts'
export { cellDirectories, cellName, dimensions, type Cell, type Dimension } from './cell.ts'
export { findPatterns, seriesOf, type EndedCell } from './findings.ts'
export { answerOf, mostProbes, nextStep, type Answer, type SearchStep } from './first-kernel.ts'
export { parseHistory, renderRecord, summariseHistory, type HistoryRecord, type TestHistory } from './history.ts'
export { builtKernel, isMeant, type CellPattern, type Matrix, type MatrixConfig, type Word } from './matrix.ts'
export {
  describeRuns,
  isRunAgain,
  judgeTrials,
  mostRepeats,
  obstacles,
  type RepeatPlan,
  type TrialJudgement,
  type TrialState,
} from './repeats.ts'
export { assignShards, type Shard } from './shards.ts'
export {
  mergeComparisons,
  mergeShards,
  parseStoredResults,
  type MergedResults,
  type ReadShard,
  type StoredComparison,
  type StoredEntry,
  type StoredResult,
  type StoredResults,
} from './shard-results.ts'
export { githubMatrix, gitlabPipeline, kubernetesJob, type JobFileInput, type JobSystem } from './job-files.ts'
export { bisectionSteps, mostCommitRuns, mostEndRuns, passesToBelieve, wantedFailures, type FailureRate } from './confidence.ts'
