import { runPosts } from './run-stages.ts'
import { startStep } from './start-step.ts'

await startStep(runPosts)
