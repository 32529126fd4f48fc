import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkFiles } from './check-actions/check-files.ts'
import type { YamlText } from './check-actions/yaml-file.ts'
import { repository } from './source-files.ts'

const read = (...patterns: readonly string[]): readonly YamlText[] =>
  globSync(patterns, { cwd: repository, exclude: ['**/node_modules'] })
    .toSorted()
    .map((file) => ({ file, text: readFileSync(join(repository, file), 'utf8') }))

const files = {
  actions: read('actions/*/action.yml'),
  workflows: read('.github/workflows/*.yml', 'examples/**/*.yml'),
  pages: read('README.md', 'docs/*.md', 'actions/**/README.md', 'examples/**/*.md'),
}
const problems = await checkFiles(files)
for (const { file, line, message } of problems) process.stdout.write(`${file}:${line}: ${message}\n`)
process.stdout.write(
  `${files.actions.length} actions, ${files.workflows.length} workflows, ${files.pages.length} pages: ${problems.length} problems\n`,
)
process.exitCode = problems.length > 0 || files.workflows.length === 0 ? 1 : 0
