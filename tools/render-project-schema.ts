import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderSchema } from '../packages/cli/src/project/render-schema.ts'
import { repository } from './source-files.ts'

writeFileSync(join(repository, 'packages/cli/kernelkit.schema.json'), await renderSchema())
