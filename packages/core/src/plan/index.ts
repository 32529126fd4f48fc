export type { Plan, Step, RunStep, WriteStep, MakeDirectoryStep } from './plan.ts'
export { renderPlan, quoteArgv } from './render-plan.ts'
