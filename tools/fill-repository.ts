// Before the packages of a release are made: `kernelkit init` names the repository that they come from.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fillRepository } from './release/fill-repository.ts'
import { repository } from './source-files.ts'

const file = join(repository, 'packages/core/src/init/actions-repository.ts')
writeFileSync(file, fillRepository(readFileSync(file, 'utf8'), process.env['GITHUB_REPOSITORY']))
