export { fetchFile, isAbsent, type FetchOptions } from './fetch-file.ts'
export { runSteps, type OwnStep, type StepOptions } from './run-steps.ts'
