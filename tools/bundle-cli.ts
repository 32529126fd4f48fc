import { join } from 'node:path'
import { writeBundle } from './bundle.ts'
import { repository } from './source-files.ts'

// One file instead of two hundred modules: the command starts in half the time.
const cli = join(repository, 'packages/cli')
await writeBundle({
  entries: {
    main: join(cli, 'dist/main.js'),
    // The whole-tool image holds no other JavaScript than this directory.
    'vm-host-main': join(repository, 'packages/vm/dist/process/vm-host-main.js'),
  },
  directory: join(cli, 'bundle'),
})
