import { runAction } from '@kernelkit/action-kit'
import { saveCcache } from './ccache.ts'
import { inputRows } from './inputs.ts'

await runAction({ inputs: inputRows, directory: import.meta.dirname }, (action) =>
  action.group("Save the compiler's cache", () => saveCcache(action)),
)
