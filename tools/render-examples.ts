// The files of examples/init that `kernelkit init` writes.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { renderExamples } from './examples.ts'
import { repository } from './source-files.ts'

for (const { path, text } of await renderExamples()) {
  mkdirSync(dirname(join(repository, path)), { recursive: true })
  writeFileSync(join(repository, path), text)
}
