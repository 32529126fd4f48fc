import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ActionName } from '@kernelkit/core/options'
import { projectSchema } from '@kernelkit/core/project'
import { fillActionInputs } from './action-inputs.ts'
import { fillActionTables } from './action-tables.ts'
import { fillLibraryPage } from './library-docs.ts'
import { renderLibraryOptions } from './library-options.ts'
import { fillOptionTables } from './option-tables.ts'
import { actionPath, ownActions, readActionFile } from './own-actions.ts'
import { fillShareTable } from './share-table.ts'
import { repository } from './source-files.ts'

/** Everything that the option table decides: inputs of the Actions and their pages, the schema of kernelkit.yaml, the tables of docs/cli.md. */
for (const name of ownActions) {
  const text = fillActionInputs(readActionFile(name, 'action.yml'), name as ActionName)
  writeFileSync(actionPath(name, 'action.yml'), text)
  writeFileSync(actionPath(name, 'README.md'), fillActionTables(readActionFile(name, 'README.md'), text))
}
writeFileSync(join(repository, 'packages/cli/kernelkit.schema.json'), `${JSON.stringify(projectSchema(), undefined, 2)}\n`)
const page = join(repository, 'docs/cli.md')
writeFileSync(page, fillOptionTables(readFileSync(page, 'utf8')))
writeFileSync(join(repository, 'packages/vm/src/library/boot-vm-options.ts'), renderLibraryOptions())
const libraryPage = join(repository, 'docs/library.md')
writeFileSync(libraryPage, fillLibraryPage(readFileSync(libraryPage, 'utf8')))
const vmPage = join(repository, 'docs/vm.md')
writeFileSync(vmPage, fillShareTable(readFileSync(vmPage, 'utf8')))
