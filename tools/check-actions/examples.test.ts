import { describe, expect, it } from 'vitest'
import { checkFiles } from './check-files.ts'
import { ownActionName } from './own-actions.ts'
import { readFilesToCheck } from './read-files.ts'
import { jobsOf, type Job } from './workflow.ts'
import { readYamlFile, valueOf, type YamlText } from './yaml-file.ts'

const files = readFilesToCheck()
const examples = files.workflows.filter(({ file }) => file.startsWith('examples/'))

function readJobs(file: string): readonly Job[] {
  const text = files.workflows.find((one) => one.file === file)
  const parsed = text === undefined ? undefined : readYamlFile(text)
  return parsed === undefined || 'message' in parsed ? [] : jobsOf(parsed)
}

/** Below the step's own `with:`. */
function plant(line: string, { file, text }: YamlText): YamlText {
  return { file, text: text.replace(/(actions\/boot-vm@v\d+\n( +)with:\n)/, `$1$2  ${line}\n`) }
}

describe.each(examples)('$file', (example) => {
  it('fails the check with a wrong input in it', async () => {
    const problems = await checkFiles({ ...files, workflows: [plant('rum: uname', example)], pages: [] })
    const message: unknown = expect.stringMatching(/^boot-vm has no input rum; it has .*\brun\b/)
    expect(problems).toEqual([expect.objectContaining({ file: example.file, message })])
  })

  it('fails the check with a value that the action refuses', async () => {
    const problems = await checkFiles({ ...files, workflows: [plant('boot-timeout: 10', example)], pages: [] })
    const message: unknown = expect.stringMatching(/boot-timeout.*'10'/)
    expect(problems).toEqual([expect.objectContaining({ file: example.file, message })])
  })
})

/** What the steps of ours ask for, but for the kernel's source. */
const ownSteps = ({ steps }: Job) =>
  steps.flatMap(({ uses = '', value }) => {
    const { source: _, ...inputs } = { ...(valueOf(value, 'with') as object | undefined) } as Record<string, unknown>
    const name = ownActionName(uses)
    return name === undefined ? [] : [{ name, inputs }]
  })

describe('.github/workflows/examples.yml', () => {
  const copies = readJobs('.github/workflows/examples.yml').filter(({ path }) =>
    examples.some(({ file }) => file === `examples/${path.at(-1)}.yml`),
  )

  it('runs examples', () => {
    expect(copies.map(({ path }) => path.at(-1))).toEqual(['program-tests', 'kunit'])
  })

  it.each(copies.map((job) => [String(job.path.at(-1)), job] as const))('runs %s as it is in its file', (name, job) => {
    expect(ownSteps(job)).toEqual(readJobs(`examples/${name}.yml`).flatMap(ownSteps))
  })
})
