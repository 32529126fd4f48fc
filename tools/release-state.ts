import { appendFileSync } from 'node:fs'
import { openRepository } from './release/git.ts'
import { readReleaseState } from './release/release-state.ts'
import { repository } from './source-files.ts'

const { tag, version, isDue, reason } = readReleaseState(openRepository(repository), 'origin')
process.stdout.write(`release ${isDue ? 'is due' : 'is not due'}: ${reason}\n`)
const outputs = process.env['GITHUB_OUTPUT']
if (outputs !== undefined) appendFileSync(outputs, `due=${isDue}\ntag=${tag}\nversion=${version.text}\n`)
