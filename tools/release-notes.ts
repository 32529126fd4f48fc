import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { releaseNotes } from './release/release-notes.ts'
import { readVersion } from './release/release-state.ts'
import { repository } from './source-files.ts'

const changelog = readFileSync(join(repository, 'packages/cli/CHANGELOG.md'), 'utf8')
process.stdout.write(`${releaseNotes(changelog, readVersion(repository).text)}\n`)
