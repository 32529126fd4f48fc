import { jobsOf } from './workflow.ts'
import type { Problem, YamlFile } from './yaml-file.ts'

/** One version of an action in the whole repository: an update that left a file out is noticed. */
export function checkSamePins(files: readonly YamlFile[]): readonly Problem[] {
  const first = new Map<string, { readonly ref: string; readonly file: string }>()
  const problems: Problem[] = []
  for (const file of files) {
    for (const step of jobsOf(file).flatMap(({ steps }) => steps)) {
      const [, action, ref] = /^([^@]+)@(.+)$/.exec(step.uses ?? '') ?? []
      if (action === undefined || ref === undefined) continue
      const known = first.get(action)
      if (known === undefined) first.set(action, { ref, file: file.file })
      else if (known.ref !== ref) problems.push(file.problem([...step.path, 'uses'], `${action} is ${known.ref} in ${known.file}`))
    }
  }
  return problems
}
