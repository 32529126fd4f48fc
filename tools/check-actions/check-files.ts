import { checkOwnSteps } from './check-own-steps.ts'
import { checkFinalJob, checkJobLimits, checkStepSafety } from './check-safety.ts'
import type { InputReader } from './input-readers.ts'
import { readOwnAction, type OwnAction } from './own-actions.ts'
import { checkSamePins } from './same-pins.ts'
import { lintWorkflow, validateActionFile } from './validators.ts'
import { jobOfSteps, jobsOf } from './workflow.ts'
import { workflowBlocks } from './yaml-blocks.ts'
import { readYamlFile, type Problem, type YamlFile, type YamlText } from './yaml-file.ts'

export interface FilesToCheck {
  /** actions/NAME/action.yml. */
  readonly actions: readonly YamlText[]
  /** Ours, and those of examples/. */
  readonly workflows: readonly YamlText[]
  /** Markdown. */
  readonly pages: readonly YamlText[]
  /** The parsers of the actions, by their names. */
  readonly readers: ReadonlyMap<string, InputReader>
}

/** Everything about workflows and actions that can be checked without GitHub. */
export async function checkFiles({ actions, workflows, pages, readers }: FilesToCheck): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const parse = (texts: readonly YamlText[]): readonly YamlFile[] =>
    texts.flatMap((text) => {
      const file = readYamlFile(text)
      if ('value' in file) return file
      problems.push(file)
      return []
    })
  const own = {
    actions: new Map<string, OwnAction>(parse(actions).map((file) => [file.file.split('/').at(-2) ?? 'one-step', readOwnAction(file)])),
    readers,
  }
  for (const action of actions) problems.push(...(await validateActionFile(action)))
  for (const workflow of workflows) problems.push(...(await lintWorkflow(workflow)))
  const parsed = parse(workflows)
  for (const file of parsed) {
    const jobs = jobsOf(file)
    problems.push(...checkFinalJob(file, jobs))
    for (const job of jobs) problems.push(...checkJobLimits(file, job), ...checkStepSafety(file, job), ...checkOwnSteps(file, job, own))
  }
  problems.push(...checkSamePins(parsed))
  for (const file of parse(pages.flatMap(workflowBlocks))) {
    for (const job of Array.isArray(file.value) ? [jobOfSteps(file)] : jobsOf(file))
      problems.push(...checkStepSafety(file, job), ...checkOwnSteps(file, job, own))
  }
  return problems
}
