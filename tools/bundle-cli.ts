import { join } from 'node:path'
import { writeBundle } from './bundle.ts'
import { repository } from './source-files.ts'

// One file instead of two hundred modules: the command starts in half the time.
const cli = join(repository, 'packages/cli')
await writeBundle({ entries: { main: join(cli, 'dist/main.js') }, folder: join(cli, 'bundle') })
