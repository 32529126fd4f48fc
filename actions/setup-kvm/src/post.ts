import { runAction } from '@kernelkit/action-kit'
import { saveHistory } from './history.ts'
import { inputRows } from './inputs.ts'

await runAction({ inputs: inputRows, directory: import.meta.dirname }, saveHistory)
