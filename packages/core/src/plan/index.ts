export type { Plan, Step, RunStep, WriteStep, FetchStep, MakeDirectoryStep } from './plan.ts'
export { renderPlan, quoteArgv } from './render-plan.ts'
