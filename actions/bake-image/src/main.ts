import { runAction } from '@kernelkit/action-kit'
import { inputs } from './inputs.ts'

await runAction({ name: 'bake-image', inputs, folder: import.meta.dirname }, async () => {})
