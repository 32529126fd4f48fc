import { ownActionName } from './own-actions.ts'
import type { Job, Step } from './workflow.ts'
import { textOf, valueOf, type Path, type Problem, type YamlFile } from './yaml-file.ts'

/** What keeps a workflow from doing more than it should: limits and rights of its jobs. */
export function checkJobLimits(file: YamlFile, job: Job): readonly Problem[] {
  const missing = (key: string, why: string): readonly Problem[] =>
    valueOf(job.value, key) === undefined ? [file.problem(job.path, `the job has no ${key}: ${why}`)] : []
  return [
    ...missing('permissions', 'it gets what the repository gives by default'),
    // A called workflow has its own, and cannot be given one.
    ...(valueOf(job.value, 'uses') === undefined ? missing('timeout-minutes', 'a hanging one costs six hours') : []),
  ]
}

/** The one job that a branch rule asks for stands for all others. */
export function checkFinalJob(file: YamlFile, jobs: readonly Job[]): readonly Problem[] {
  const final = jobs.find(({ path }) => path.at(-1) === 'ci-ok')
  if (final === undefined) return []
  const needs: readonly unknown[] = [valueOf(final.value, 'needs')].flat()
  const forgotten = jobs.map(({ path }) => path.at(-1)).filter((name) => name !== 'ci-ok' && !needs.includes(name))
  return forgotten.map((name) => file.problem([...final.path, 'needs'], `ci-ok does not need ${name}, whose failure it would hide`))
}

/** Other people's actions by commit with the version next to it; no expression inside a script. */
export function checkStepSafety(file: YamlFile, job: Job): readonly Problem[] {
  return [
    ...checkPin(file, [...job.path, 'uses'], textOf(valueOf(job.value, 'uses'))),
    ...job.steps.flatMap((step) => [...checkPin(file, [...step.path, 'uses'], step.uses), ...checkScripts(file, step)]),
  ]
}

function checkPin(file: YamlFile, path: Path, uses: string | undefined): readonly Problem[] {
  if (uses === undefined || uses.startsWith('./') || ownActionName(uses) !== undefined) return []
  if (uses.startsWith('docker://'))
    return /@sha256:[0-9a-f]{64}$/.test(uses) ? [] : [file.problem(path, `${uses} is not pinned by its digest`)]
  if (!/@[0-9a-f]{40}$/.test(uses)) return [file.problem(path, `${uses} is not pinned by a commit (40 hexadecimal digits)`)]
  if (!/^v\d+\.\d+\.\d+$/.test(file.commentAt(path) ?? '')) return [file.problem(path, `${uses} needs its version after it (# v1.2.3)`)]
  return []
}

/** A pull request's title is code there. What an action of ours runs in a guest is a script as well. */
function checkScripts(file: YamlFile, step: Step): readonly Problem[] {
  const scripts: readonly Path[] = [['run'], ['with', 'run'], ['with', 'script']]
  return scripts
    .filter((keys) => textOf(keys.reduce<unknown>((value, key) => valueOf(value, String(key)), step.value))?.includes('${{') === true)
    .map((keys) => file.problem([...step.path, ...keys], 'an expression inside a script: pass it through env'))
}
