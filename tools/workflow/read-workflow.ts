import { quoteArgv } from '@kernelkit/core/shell'
import type { JobStep } from '@kernelkit/testing'
import { parse } from 'yaml'

export interface WorkflowChoice {
  /** Default: the only job. */
  readonly job?: string | undefined
  /** A value for each key of the matrix; default: its first. */
  readonly matrix: Readonly<Record<string, string>>
  /** Names of the actions of this repository. */
  readonly ownActions: readonly string[]
  /** The repository that `actions/checkout` stands for: its files as they are, without what git ignores. */
  readonly checkout: string
}

/** One job of a workflow as this machine can run it. */
export interface LocalJob {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly steps: readonly JobStep[]
  /** What is done in another way here, or not at all. */
  readonly notes: readonly string[]
}

/** Where `uses:` of this repository's actions leads, for every owner. */
export const ownRepository = 'OWNER/kernelkit'

/** The job of a workflow file; an Error says what it has that this machine cannot do. */
export function readWorkflow(text: string, { job: asked, matrix, ownActions, checkout }: WorkflowChoice): LocalJob {
  const workflow = recordOf(parse(text), 'the workflow')
  const jobs = recordOf(workflow['jobs'], 'jobs')
  const names = Object.keys(jobs)
  const name = asked ?? names[0]
  if (name === undefined || (asked === undefined && names.length > 1))
    throw new Error(`the workflow has ${names.length} jobs: ${names.join(', ')}. Name one with --job.`)
  if (!Object.hasOwn(jobs, name)) throw new Error(`there is no job '${name}'; the workflow has ${names.join(', ')}.`)
  const job = recordOf(jobs[name], `job ${name}`)
  for (const key of ['container', 'services', 'uses']) {
    if (job[key] !== undefined) throw new Error(`job ${name} has \`${key}:\`, which only GitHub's runner has. Run it there.`)
  }
  const values = chooseMatrix(job, matrix)
  const { steps, ...rest } = recordOf(substituteMatrix(job, values), `job ${name}`)
  if (!Array.isArray(steps)) throw new Error(`job ${name} has no steps.`)
  const notes = Object.entries(values).map(([key, value]) => `matrix.${key} is ${value}`)
  return {
    name,
    env: { ...textsOf(workflow['env']), ...textsOf(rest['env']) },
    steps: steps.map((step: unknown, index) => {
      const { local, note } = localStep(recordOf(step, `step ${index + 1}`), { ownActions, checkout })
      if (note !== undefined) notes.push(note)
      return local
    }),
    notes,
  }
}

interface Step extends Readonly<Record<string, unknown>> {
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

function localStep(
  step: Step,
  { ownActions, checkout }: Pick<WorkflowChoice, 'ownActions' | 'checkout'>,
): { readonly local: JobStep; readonly note?: string } {
  const { uses, with: inputs = {}, name, 'timeout-minutes': _limit, ...rest } = step
  const titled = { ...rest, id: rest['id'] ?? (typeof name === 'string' ? name : undefined) ?? uses?.replace(/@.*/, '') } as JobStep
  if (uses === undefined) return { local: titled.id === undefined ? rest : titled }
  // The action at the root of the repository.
  if (/^(?:\.\/?|[^/]+\/kernelkit(?:@.*)?)$/.test(uses))
    return { local: { ...titled, uses: `${ownRepository}@local`, with: inputs as NonNullable<JobStep['with']> } }
  const own = ownActions.find((action) => action === /^(?:\.|[^/]+\/[^/]+)\/actions\/([\w-]+)(?:@.*)?$/.exec(uses)?.[1])
  if (own !== undefined)
    return { local: { ...titled, uses: `${ownRepository}/actions/${own}@local`, with: inputs as NonNullable<JobStep['with']> } }
  if (uses.startsWith('actions/checkout@') && inputs['repository'] === undefined) {
    const to = typeof inputs['path'] === 'string' ? inputs['path'] : '.'
    const source = quoteArgv([checkout])
    // A file that is deleted and not committed is listed, and not there. Outside of a repository everything is copied.
    const listed = `git -C ${source} ls-files -z -co --exclude-standard | tar -C ${source} --null --ignore-failed-read -T - -c`
    const pack = `{ if git -C ${source} rev-parse 2> /dev/null; then ${listed}; else tar -C ${source} -c .; fi; }`
    const copy = `mkdir -p ${quoteArgv([to])} && ${pack} | tar -C ${quoteArgv([to])} -x`
    return { local: { ...titled, run: copy }, note: `${uses}: a copy of ${checkout}, without what git ignores` }
  }
  return { local: { ...titled, run: `echo 'not run here: ${uses.replaceAll("'", '')}'` }, note: `${uses}: not run here` }
}

function chooseMatrix(job: Readonly<Record<string, unknown>>, asked: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const matrix = job['strategy'] === undefined ? {} : recordOf(recordOf(job['strategy'], 'strategy')['matrix'] ?? {}, 'strategy.matrix')
  const { include, exclude: _exclude, ...lists } = matrix
  const rows = Array.isArray(include) ? include.map((row) => recordOf(row, 'strategy.matrix.include')) : []
  const isAsked = (row: Readonly<Record<string, unknown>>): boolean =>
    Object.entries(asked).every(([key, value]) => row[key] === undefined || textsOf(row)[key] === value)
  const firsts = Object.entries(lists).map(([key, values]): [string, unknown] => [key, Array.isArray(values) ? values[0] : values])
  const row = firsts.length === 0 ? rows.find(isAsked) : undefined
  const chosen = { ...Object.fromEntries(firsts), ...row, ...asked }
  const unknown = Object.keys(asked).find((key) => !Object.hasOwn(lists, key) && !rows.some((one) => Object.hasOwn(one, key)))
  if (unknown !== undefined)
    throw new Error(`the matrix has no '${unknown}'; it has ${Object.keys({ ...lists, ...rows[0] }).join(', ') || 'nothing'}.`)
  return textsOf(chosen)
}

function substituteMatrix(value: unknown, matrix: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return value.replaceAll(/\$\{\{\s*matrix\.([\w-]+)\s*\}\}/g, (whole, key: string) => matrix[key] ?? whole)
  if (Array.isArray(value)) return value.map((item) => substituteMatrix(item, matrix))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substituteMatrix(item, matrix)]))
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw new Error(`${what} is not a map of keys.`)
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, typeof item === 'object' && item !== null ? JSON.stringify(item) : String(item)]),
  )
}
