import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type * as Toolkit from '@actions/core'
import { UserError, message, option } from '@kernelkit/core/errors'
import { flagOption, listOption, textOption, type Reader } from '@kernelkit/core/options'
import { printable } from '@kernelkit/core/text'
import { everyMs, explainSystemError, nodeHost } from '@kernelkit/host'
import type { Action, ActionDefinition } from './action.ts'
import { createActionLogger } from './action-logger.ts'
import { createAnnotator, type Annotation } from './annotations.ts'
import { createActionsCache } from './cache/actions-cache.ts'
import { describeFailure } from './failure.ts'
import { hostEnvironment } from './host-environment.ts'
import { readInputs } from './inputs.ts'
import { plainLine, plainText } from '@kernelkit/core/text'
import { joinSummary } from './summary.ts'

/** An action from its inputs to its exit status: the first thing that an entry calls, and the only place that prints errors and ends the process. */
export async function runAction(definition: ActionDefinition, work: (action: Action) => Promise<void>): Promise<void> {
  const { inputs: rows, directory } = definition
  const version = readVersion(directory)
  const interrupt = listenForSignals()
  const { env } = process
  const core = await import('@actions/core')
  const workspace = env['GITHUB_WORKSPACE'] ?? process.cwd()
  const jobDirectory = env['RUNNER_TEMP']
  const write = (text: string): void => void process.stdout.write(text)
  // Without a directory of the job, each step counts for itself.
  const counter = jobDirectory === undefined ? undefined : join(jobDirectory, 'kernelkit-annotations')
  const before = counter === undefined ? 0 : readCounter(counter)
  const annotator = createAnnotator({
    send: (annotation) => send(core, annotation),
    print: (line) => write(`${plainLine(line)}\n`),
    workspace,
    cwd: workspace,
    before,
    job: jobDirectory === undefined ? new Set() : readTitles(join(jobDirectory, titlesFile)),
  })
  const summary: string[] = []
  let reader: Reader = { door: 'action' }
  const fail = (thrown: unknown): void => {
    const failure = describeFailure(explainSystemError(thrown), { reader, interrupted: interrupt.name() })
    // Main and post read the same inputs: what main has annotated is not annotated again.
    if (core.getState(failedState) === failure.message) write(`${plainLine(`error: ${failure.message}`)}\n`)
    else annotator.addFailure(failure)
    noteFailure(() => core.saveState(failedState, failure.message))
    if (failure.details !== undefined) write(`${plainLine(failure.details)}\n`)
    process.exitCode = 1
  }
  try {
    const inputs = readInputs(env, rows)
    const log = createActionLogger({
      write,
      warn: (text) => annotator.add({ level: 'warning', message: text }),
      verbose: flagOption(inputs, 'verbose') || core.isDebug(),
      now: () => performance.now(),
      every: everyMs,
    })
    const named = listOption(inputs, 'env').filter((item) => !item.includes('='))
    const host = nodeHost({
      log,
      env: hostEnvironment(env, named),
      cwd: workDirectory(workspace, textOption(inputs, 'workingDirectory')),
    })
    await work({
      host,
      signal: interrupt.signal,
      inputs,
      reader: () => reader,
      readAlso: (places) => {
        reader = { ...reader, places }
      },
      workspace,
      temp: jobDirectory ?? tmpdir(),
      directory,
      version,
      cache: createActionsCache(host, process),
      group: createGroups(write),
      printOutput: (line) => write(`${plainText(line)}\n`),
      annotate: annotator.add,
      summarise: (markdown) => void summary.push(markdown),
      setOutputs: (outputs) => {
        for (const [output, value] of Object.entries(outputs)) namingFile(env['GITHUB_OUTPUT'], () => core.setOutput(output, value ?? ''))
      },
      fail: (reason, { title } = {}) => {
        annotator.addFailure({ message: reason, title })
        process.exitCode = 1
      },
      mask: (secret) => {
        for (const line of secret.split(/\r?\n/)) if (line.trim() !== '') core.setSecret(line.trim())
      },
      exportVariable: (name, value) => namingFile(env['GITHUB_ENV'], () => core.exportVariable(name, value)),
      addPath: (path) => namingFile(env['GITHUB_PATH'], () => core.addPath(path)),
      saveState: (name, value) => namingFile(env['GITHUB_STATE'], () => core.saveState(name, value)),
      readState: (key) => parseState(core.getState(key)),
    })
    interrupt.signal.throwIfAborted()
  } catch (thrown) {
    fail(thrown)
  }
  const summaryPath = env['GITHUB_STEP_SUMMARY']
  if (summary.length > 0 && summaryPath !== undefined)
    await core.summary
      .addRaw(joinSummary(summary))
      .write()
      .catch((thrown: unknown) => fail(withPath(thrown, summaryPath)))
  const leftOut = annotator.describeLeftOut()
  if (leftOut !== undefined) write(`${leftOut}\n`)
  if (counter !== undefined) writeFact(counter, `${before + annotator.shown()}\n`)
  if (jobDirectory !== undefined) writeFact(join(jobDirectory, titlesFile), [...annotator.titles()].map((title) => `${title}\n`).join(''))
  // Connections that the cache client keeps alive would hold the process for seconds.
  process.stdout.write('', () => process.exit())
}

/** A file of the runner that cannot be written may be the failure itself: post annotates it again then. */
function noteFailure(note: () => void): void {
  try {
    note()
  } catch {
    // Reported already.
  }
}

/** Writes to a file of the runner; an error of the toolkit names no file, this one does. */
function namingFile(path: string | undefined, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw path === undefined ? error : withPath(error, path)
  }
}

function withPath(error: unknown, path: string): unknown {
  if (error instanceof Error) (error as NodeJS.ErrnoException).path ??= path
  return error
}

/** From main to post: the reason of main's failure. */
const failedState = 'kernelkit-failed'

interface Interrupt {
  readonly signal: AbortSignal
  readonly name: () => string | undefined
}

/** The first signal lets the work clean up: the runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. */
function listenForSignals(): Interrupt {
  const controller = new AbortController()
  let first: string | undefined
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      first ??= name
      controller.abort()
    })
  }
  return { signal: controller.signal, name: () => first }
}

function send(core: typeof Toolkit, { level, message, title, file, line, column }: Annotation): void {
  core[level](printable(message), {
    ...(title === undefined ? {} : { title: printable(title) }),
    ...(file === undefined ? {} : { file: printable(file) }),
    ...(line === undefined ? {} : { startLine: line }),
    ...(column === undefined ? {} : { startColumn: column }),
  })
}

function createGroups(write: (text: string) => void): Action['group'] {
  let isOpen = false
  return async (title, work) => {
    const line = printable(title.replaceAll(/[\r\n]+/g, ' '))
    if (isOpen) {
      write(`${plainText(line)}\n`)
      return work()
    }
    isOpen = true
    write(`::group::${line}\n`)
    try {
      return await work()
    } finally {
      isOpen = false
      write('::endgroup::\n')
    }
  }
}

function parseState(text: string): unknown {
  // The toolkit writes texts as they are and everything else as JSON.
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return text
  }
}

function readVersion(directory: string): string {
  try {
    return (JSON.parse(readFileSync(join(directory, 'version.json'), 'utf8')) as { version: string }).version
  } catch {
    return 'from sources'
  }
}

function readCounter(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8')) || 0
  } catch {
    return 0
  }
}

/** Titles of what was shown once for all steps of the job, one a line. */
const titlesFile = 'kernelkit-annotated-once'

function readTitles(path: string): ReadonlySet<string> {
  try {
    return new Set(readFileSync(path, 'utf8').split('\n'))
  } catch {
    return new Set()
  }
}

function writeFact(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch {
    // The directory cannot be written: each step counts for itself.
  }
}

/** Where the step works: programs cannot even be started where there is no directory. */
function workDirectory(workspace: string, directory: string | undefined): string {
  if (directory === undefined) return workspace
  const path = resolve(workspace, directory)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path
  throw new UserError('BAD_INPUT', message`${option('working-directory')} '${directory}' is not a directory (looked for at ${path}).`, {
    hint: 'Name a directory below the workspace, and check out before this step.',
  })
}
