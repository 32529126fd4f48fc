export { describeBytes, everyMs, plainProgress, showGrowth, type Every } from './progress.ts'
