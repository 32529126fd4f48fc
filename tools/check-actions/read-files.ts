import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../source-files.ts'
import type { FilesToCheck } from './check-files.ts'
import { inputReaders } from './input-readers.ts'
import type { YamlText } from './yaml-file.ts'

/** Actions, workflows, examples and pages of this repository. */
export function readFilesToCheck(): FilesToCheck {
  return {
    actions: read('action.yml', 'actions/*/action.yml'),
    workflows: read('.github/workflows/*.yml', 'examples/*.yml'),
    pages: read('README.md', 'docs/*.md', 'actions/README.md', 'actions/*/README.md', 'examples/*.md'),
    readers: inputReaders,
  }
}

function read(...patterns: readonly string[]): readonly YamlText[] {
  return globSync(patterns, { cwd: repository })
    .toSorted()
    .map((file) => ({ file, text: readFileSync(join(repository, file), 'utf8') }))
}
