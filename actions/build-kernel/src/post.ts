import { runAction } from '@kernelkit/action-kit'
import { inputs } from './inputs.ts'

await runAction({ name: 'build-kernel', inputs, folder: import.meta.dirname }, async () => {})
