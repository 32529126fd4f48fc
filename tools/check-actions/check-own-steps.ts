import type { InputReader } from './input-readers.ts'
import { ownActionName, type OwnActions } from './own-actions.ts'
import type { Job, Step } from './workflow.ts'
import { entriesOf, textOf, textsBelow, valueOf, type Problem, type YamlFile } from './yaml-file.ts'

/** What our actions declare, and how they read it. */
export interface OurSide {
  readonly actions: OwnActions
  readonly readers: ReadonlyMap<string, InputReader>
}

/** Steps that use our actions: inputs, outputs, the shell of a VM. No tool knows actions of the same repository. */
export function checkOwnSteps(file: YamlFile, job: Job, { actions, readers }: OurSide): readonly Problem[] {
  return [
    ...job.steps.flatMap((step) => {
      const problems = checkInputs(file, step, actions)
      return problems.length > 0 ? problems : checkValues(file, step, readers)
    }),
    ...checkOutputs(file, job, actions),
    ...job.steps.flatMap((step, index) => checkShell(file, step, job.steps.slice(0, index))),
  ]
}

function checkInputs(file: YamlFile, step: Step, actions: OwnActions): readonly Problem[] {
  const name = ownActionName(step.uses ?? '')
  if (name === undefined) return []
  const action = actions.get(name)
  if (action === undefined)
    return [file.problem([...step.path, 'uses'], `there is no action ${name}; ours are ${list([...actions.keys()])}`)]
  const given = entriesOf(valueOf(step.value, 'with')).map(([input]) => input)
  return [
    ...given
      .filter((input) => !action.inputs.includes(input))
      .map((input) => file.problem([...step.path, 'with', input], `${name} has no input ${input}; it has ${list(action.inputs)}`)),
    ...action.required
      .filter((input) => !given.includes(input))
      .map((input) => file.problem(step.path, `${name} needs the input ${input}`)),
  ]
}

/** What is known only when the workflow runs is left out. */
function checkValues(file: YamlFile, step: Step, readers: OurSide['readers']): readonly Problem[] {
  const read = readers.get(ownActionName(step.uses ?? '') ?? '')
  const inputs = entriesOf(valueOf(step.value, 'with')).map(([name, value]) => [name, String(value)] as const)
  try {
    read?.(Object.fromEntries(inputs.filter(([, text]) => !text.includes('${{'))))
    return []
  } catch (error) {
    return [file.problem([...step.path, 'uses'], error instanceof Error ? error.message : String(error))]
  }
}

const outputReference = /\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g

function checkOutputs(file: YamlFile, job: Job, actions: OwnActions): readonly Problem[] {
  const names = new Map(job.steps.map((step) => [step.id, ownActionName(step.uses ?? '')]))
  return [...textsBelow(job.value, job.path)].flatMap(({ text, path }) =>
    [...text.matchAll(outputReference)].flatMap(([reference, id, output = '']) => {
      const name = names.get(id)
      const outputs = name === undefined ? undefined : actions.get(name)?.outputs
      if (outputs === undefined || outputs.includes(output)) return []
      return file.problem(path, `${reference}: ${name} has no output ${output}; it has ${list(outputs)}`)
    }),
  )
}

function checkShell(file: YamlFile, step: Step, before: readonly Step[]): readonly Problem[] {
  if (textOf(valueOf(step.value, 'shell'))?.startsWith('kernelkit-vm') !== true) return []
  const keeps = before.some(
    (one) => ownActionName(one.uses ?? '') === 'boot-vm' && String(valueOf(valueOf(one.value, 'with'), 'keep')) === 'true',
  )
  return keeps ? [] : [file.problem([...step.path, 'shell'], 'no step before this one keeps a VM (boot-vm with keep: true)')]
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.toSorted().join(', ')
}
