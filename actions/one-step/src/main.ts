import { runStages } from './run-stages.ts'
import { startStep } from './start-step.ts'

await startStep(runStages)
