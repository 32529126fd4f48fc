import { entriesOf, textOf, valueOf, type Path, type YamlFile } from './yaml-file.ts'

export interface Step {
  readonly path: Path
  readonly value: unknown
  readonly id: string | undefined
  readonly uses: string | undefined
}

/** A job, or the steps of one that a page of the documentation shows. */
export interface Job {
  readonly path: Path
  readonly value: unknown
  readonly steps: readonly Step[]
}

export function jobsOf({ value }: YamlFile): readonly Job[] {
  return entriesOf(valueOf(value, 'jobs')).map(([name, job]) => ({
    path: ['jobs', name],
    value: job,
    steps: stepsOf(valueOf(job, 'steps'), ['jobs', name, 'steps']),
  }))
}

/** A list of steps alone. */
export function jobOfSteps({ value }: YamlFile): Job {
  return { path: [], value, steps: stepsOf(value, []) }
}

function stepsOf(value: unknown, path: Path): readonly Step[] {
  return (Array.isArray(value) ? value : []).map((step: unknown, index) => ({
    path: [...path, index],
    value: step,
    id: textOf(valueOf(step, 'id')),
    uses: textOf(valueOf(step, 'uses')),
  }))
}
