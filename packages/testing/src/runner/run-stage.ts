import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { commandFilePrefixes, parsePathFile, parseValueFile, summaryLimitBytes, type CommandFile } from './command-files.ts'
import type { JobStatus } from './expressions.ts'
import { maskSecrets, readOutput, type StageOutput } from './read-output.ts'
import { runProcess, type ProcessOptions, type ProcessResult } from './run-process.ts'

export interface StageRequest extends ProcessOptions {
  readonly argv: readonly string[]
  readonly temp: string
  /** Secrets known so far. */
  readonly masks: readonly string[]
}

/** One process of a step and everything that it passed to the runner. */
export interface StageResult extends ProcessResult, StageOutput {
  readonly outcome: JobStatus
  /** Whatever the runner could not accept; each fails the step. */
  readonly errors: readonly string[]
  /** Variables for the steps that follow. */
  readonly addedEnv: Readonly<Record<string, string>>
  readonly addedPaths: readonly string[]
  readonly summary: string
}

/** Run one stage between fresh command files and read them back. */
export async function runStage({ argv, temp, masks, ...options }: StageRequest): Promise<StageResult> {
  const id = randomUUID()
  const files = Object.fromEntries(
    Object.entries(commandFilePrefixes).map(([variable, prefix]) => [variable, join(temp, '_runner_file_commands', `${prefix}${id}`)]),
  ) as Record<CommandFile, string>
  for (const file of Object.values(files)) await writeFile(file, '')
  const result = await runProcess(argv, { ...options, env: { ...options.env, ...files } })
  const output = readOutput(result.lines, masks)
  const errors = output.refused.map((line) => `The runner refuses ${line}`)

  async function read<T>(name: CommandFile, parse: (text: string) => T, empty: T): Promise<T> {
    try {
      return parse(await readFile(files[name], 'utf8'))
    } catch (error) {
      errors.push(`Unable to process file command '${name}': ${error instanceof Error ? error.message : String(error)}`)
      return empty
    }
  }

  const addedEnv = await read('GITHUB_ENV', parseEnvFile, {})
  return {
    ...result,
    ...output,
    outputs: { ...output.outputs, ...(await read('GITHUB_OUTPUT', parseValueFile, {})) },
    state: { ...output.state, ...(await read('GITHUB_STATE', parseValueFile, {})) },
    addedEnv,
    addedPaths: await read('GITHUB_PATH', parsePathFile, []),
    summary: maskSecrets(await read('GITHUB_STEP_SUMMARY', checkSummary, ''), output.masks),
    errors,
    outcome: outcomeOf(result, errors),
  }
}

function outcomeOf(result: ProcessResult, errors: readonly string[]): JobStatus {
  if (result.cancelledBy !== undefined) return 'cancelled'
  return result.exitCode === 0 && errors.length === 0 ? 'success' : 'failure'
}

function parseEnvFile(text: string): Readonly<Record<string, string>> {
  const values = parseValueFile(text)
  if (Object.hasOwn(values, 'NODE_OPTIONS')) throw new Error('NODE_OPTIONS may not be stored')
  return values
}

function checkSummary(text: string): string {
  const bytes = Buffer.byteLength(text)
  if (bytes > summaryLimitBytes) throw new Error(`a summary of ${bytes} bytes is above the limit of ${summaryLimitBytes}`)
  return text
}
