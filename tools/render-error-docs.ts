import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from '@kernelkit/core/errors/codes'
import { renderErrorDocs } from './error-docs.ts'
import { repository } from './source-files.ts'

writeFileSync(join(repository, 'docs/errors.md'), renderErrorDocs(errorCodes))
