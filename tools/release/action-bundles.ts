import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Directories `actions/NAME/dist` that the runner will load, after a check that what each action.yml names is in them; the one at the root names those of an action below. */
export function actionBundles(directory: string): readonly string[] {
  const actions = globSync(['action.yml', 'actions/*/action.yml'], { cwd: directory }).toSorted()
  if (actions.length === 0) throw new Error(`${directory} has no actions/*/action.yml`)
  const bundles = actions.map((action) => {
    const text = readFileSync(join(directory, action), 'utf8')
    const entries = [...text.matchAll(/\b(?:pre|main|post):\s*['"]?((?:[\w.-]+\/)*dist\/[\w./-]+)/g)].map((match) => match[1] ?? '')
    if (entries.length === 0) throw new Error(`${action} names no file below dist/`)
    const missing = entries.filter((entry) => !existsSync(join(directory, dirname(action), entry)))
    if (missing.length > 0) throw new Error(`${action} names ${missing.join(', ')}, which is not there. Hint: npm run bundle`)
    return join(dirname(action), dirname(entries[0] ?? ''))
  })
  return [...new Set(bundles)]
}
