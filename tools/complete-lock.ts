import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completeLock, type LockFile } from './lock-file.ts'
import { repository } from './source-files.ts'

/** Run after `npm install`: some registries lack packages for other platforms, and `npm ci` refuses a lock file without them. */
const path = join(repository, 'package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8')) as LockFile
const { completed, added } = completeLock(lock)
if (added.length > 0) writeFileSync(path, `${JSON.stringify(completed, undefined, 2)}\n`)
process.stdout.write(`lock file: ${added.length} packages of other platforms added\n`)
