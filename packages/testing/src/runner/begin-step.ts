import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inputVariables, joinInputs, readActionFile, type ActionFile } from './action-file.ts'
import { substitute, type Contexts } from './expressions.ts'
import type { JobStep } from './job-step.ts'
import type { RunnerDirectories } from './runner-directories.ts'
import { parseShell, shellArguments, which } from './step-shell.ts'

/** A step with its expressions evaluated and its action found. */
export interface BegunStep {
  readonly id: string
  /** Undefined for a `run` step. */
  readonly action: ActionFile | undefined
  /** Names in `with:` that the action does not declare. */
  readonly undeclared: readonly string[]
  /** The step's own variables: `env:`, and for an action its inputs. */
  readonly env: Readonly<Record<string, string>>
  readonly mayFail: boolean
}

export interface StepPlace {
  readonly contexts: Contexts
  readonly directories: RunnerDirectories
  /** Directories that stand for repositories. */
  readonly repositories: Readonly<Record<string, string>>
}

export async function beginStep(id: string, step: JobStep, { contexts, directories, repositories }: StepPlace): Promise<BegunStep> {
  if ((step.uses === undefined) === (step.run === undefined)) throw new Error(`step ${id} needs either uses or run`)
  const evaluate = (values: Readonly<Record<string, string | number | boolean>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, substitute(String(value), contexts)]))
  const env = evaluate(step.env ?? {})
  const mayFail = step['continue-on-error'] ?? false
  if (step.uses === undefined) return { id, action: undefined, undeclared: [], env, mayFail }
  const action = await readActionFile(actionDirectory(step.uses, { workspace: directories.workspace, repositories }))
  const { inputs, undeclared } = joinInputs(action, evaluate(step.with ?? {}))
  const evaluated = evaluate(inputs)
  return { id, action, undeclared, env: { ...env, ...inputVariables(evaluated), GITHUB_ACTION: id }, mayFail }
}

/** The process of a `run` step: its script in a file, given to its shell. */
export async function writeScript(step: JobStep, options: { readonly place: StepPlace; readonly path: string }) {
  const { contexts, directories } = options.place
  const { program, template, extension } = parseShell(step.shell)
  const script = join(directories.temp, `${randomUUID()}${extension}`)
  await writeFile(script, substitute(step.run ?? '', contexts))
  return {
    argv: [await which(program, options.path), ...shellArguments(template, script)],
    cwd: join(directories.workspace, substitute(step['working-directory'] ?? '', contexts)),
  }
}

/** `./PATH` is in the workspace, `OWNER/REPO/PATH@REF` in a repository. */
function actionDirectory(
  uses: string,
  options: { readonly workspace: string; readonly repositories: Readonly<Record<string, string>> },
): string {
  if (uses.startsWith('./')) return join(options.workspace, uses)
  const [, repository = '', path = ''] = /^([^/]+\/[^/@]+)\/?([^@]*)@.+$/.exec(uses) ?? []
  const directory = options.repositories[repository]
  if (directory === undefined) throw new Error(`no directory stands for the repository of ${uses}`)
  return join(directory, path)
}
