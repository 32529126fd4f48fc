import { UserError, nearestName } from '../errors/index.ts'
import type { ProjectFile } from './parse-project-file.ts'
import type { ProjectTest } from './parse-tests.ts'

/** The tests of these names in the file's order; without a name all. Throws TEST_NOT_FOUND. */
export function chooseTests(file: Pick<ProjectFile, 'name' | 'tests'>, names: readonly string[]): readonly ProjectTest[] {
  const known = file.tests.map(({ name }) => name)
  if (known.length === 0)
    throw new UserError('TEST_NOT_FOUND', `${file.name} has no tests.`, {
      hint: 'Write for instance `tests: [{ name: smoke, run: uname -r }]`.',
    })
  for (const name of names) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    throw new UserError('TEST_NOT_FOUND', `${file.name} has no test '${name}'; it has: ${known.join(', ')}.`, {
      hint: near === undefined ? 'Write a FILE with a / in its name, or with .yaml at its end.' : `Did you mean ${near}?`,
      details: { file: file.name, seen: name, allowed: known },
    })
  }
  return names.length === 0 ? file.tests : file.tests.filter(({ name }) => names.includes(name))
}
