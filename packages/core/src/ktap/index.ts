export { createKtapReader, type KtapProgress, type KtapReader, type KtapReaderOptions } from './reader.ts'
export { createKtapText, type KtapText } from './text.ts'
export {
  isGood,
  totalOf,
  type KtapResults,
  type OverallStatus,
  type StreamError,
  type StreamSummary,
  type TestCounts,
  type TestResult,
  type TestStatus,
} from './result.ts'
export { describeResults, renderCounts, renderResults, type RenderOptions } from './render-results.ts'
export { failurePlace, badTests, displayName, isBad, pathName, testAtLine, type FailurePlace, type PlacedTest } from './walk.ts'
