import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderConfigDocs } from './config-docs.ts'
import { repository } from './source-files.ts'

writeFileSync(join(repository, 'docs/config.md'), renderConfigDocs())
