import { writeFileSync } from 'node:fs'
import { fillActionTables } from './action-tables.ts'
import { actionPath, ownActions, readActionFile } from './own-actions.ts'

for (const name of ownActions) {
  writeFileSync(actionPath(name, 'README.md'), fillActionTables(readActionFile(name, 'README.md'), readActionFile(name, 'action.yml')))
}
