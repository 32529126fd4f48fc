import { checkFiles } from './check-actions/check-files.ts'
import { readFilesToCheck } from './check-actions/read-files.ts'

const files = readFilesToCheck()
const problems = await checkFiles(files)
for (const { file, line, message } of problems) process.stdout.write(`${file}:${line}: ${message}\n`)
process.stdout.write(
  `${files.actions.length} actions, ${files.workflows.length} workflows, ${files.pages.length} pages: ${problems.length} problems\n`,
)
const isEmpty = [files.actions, files.workflows, files.pages].some((kind) => kind.length === 0)
process.exitCode = problems.length > 0 || isEmpty ? 1 : 0
