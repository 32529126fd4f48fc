import { runAction } from '@kernelkit/action-kit'
import { inputs } from './inputs.ts'

await runAction({ name: 'setup-kvm', inputs, folder: import.meta.dirname }, async () => {})
