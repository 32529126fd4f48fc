import { resolve } from 'node:path'
import { Writable } from 'node:stream'
import { UserError, errorDocument } from '@kernelkit/core/errors'
import { camelCase, givenOptions, refuseEmpty, writeError } from '@kernelkit/core/options'
import { explainSystemError, nodeHost, type Host, type Logger } from '@kernelkit/host'
import { collectOutput } from '@kernelkit/vm/internal/running'
import { closedInput } from '../closed-input.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { commandRows } from '../commands/index.ts'
import { readProjectDefaults } from '../project/read-project-defaults.ts'
import { optionsOf, type Tool } from './tools.ts'

/** A call of a tool. */
export interface ToolCall {
  readonly tool: Tool
  readonly input: Readonly<Record<string, unknown>>
  /** A line about what is being done. */
  readonly onProgress: (line: string) => void
  /** Aborted when the client cancels the call or goes away: the VM ends. */
  readonly signal: AbortSignal
}

/** What the command answered: the document that `--json` prints, and its exit status. */
export interface ToolAnswer {
  readonly document: unknown
  readonly exitCode: number
}

/** Runs the handler of a command as the command line does, in this process. Errors that a user can act on are answers. */
export async function callCommand(context: CommandContext, { tool, input, onProgress, signal }: ToolCall): Promise<ToolAnswer> {
  const documents: unknown[] = []
  const host = hostFor(context.host, input['directory'], progressLogger(onProgress))
  const silent = () => new Writable({ write: (_chunk, _encoding, done) => done() })
  // `report` prints a document for each log, on a line.
  const printed = collectOutput({ limitBytes: mostPrintedBytes })
  const inner: CommandContext = {
    ...context,
    host,
    json: true,
    dryRun: false,
    argv: [tool.name],
    stdin: closedInput(),
    stdout: printed.stdout,
    stderr: silent(),
    signal,
    print: onProgress,
    printError: onProgress,
    printJson: (document) => void documents.push(document),
  }
  let reader = inner.reader
  try {
    await requireDirectory(host)
    const definition = await definitionOf(tool.name)
    const args = tool.words.flatMap(({ name }) => wordsOf(input[name]))
    const rows = optionsOf(tool.name)
    const values = Object.fromEntries(rows.flatMap(({ name }) => (input[name] === undefined ? [] : [[camelCase(name), input[name]]])))
    refuseEmpty(values, rows)
    const options = givenOptions(values)
    const project = await readProjectDefaults(inner, { definition, args, options })
    reader = project.context.reader
    const handle = await definition.load()
    const exitCode = await handle({ ...project.context, printJson: inner.printJson }, args, project.options)
    const all = documents.length > 0 ? documents : parseLines(printed.texts().stdout)
    return { document: all.length === 1 ? all[0] : all, exitCode }
  } catch (thrown) {
    if (signal.aborted) throw thrown
    const error = explainSystemError(thrown)
    if (!(error instanceof UserError)) throw thrown
    return { document: { error: errorDocument(writeError(error, reader)), verdict: error.verdict, exitCode: 125 }, exitCode: 125 }
  }
}

// Reports of a thousand logs; what is longer belongs in a file.
const mostPrintedBytes = 64 * 2 ** 20

function parseLines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown)
}

async function definitionOf(name: string): Promise<CommandDefinition> {
  const load = commandRows.find((row) => row.name === name)?.load
  if (load === undefined) throw new TypeError(`no command ${name}`)
  return load()
}

function wordsOf(value: unknown): readonly string[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : typeof value === 'string' ? [value] : []
}

function hostFor(host: Host, directory: unknown, log: Logger): Host {
  const cwd = typeof directory === 'string' ? resolve(host.cwd, directory) : host.cwd
  return nodeHost({ log, env: host.env, cwd })
}

async function requireDirectory({ fs, cwd }: Host): Promise<void> {
  const stat = await fs.stat(cwd).catch(() => undefined)
  if (stat?.isDirectory() === true) return
  throw new UserError('FILE_NOT_FOUND', `directory: ${cwd} ${stat === undefined ? 'does not exist' : 'is not a directory'}.`, {
    hint: 'Name a directory of this machine, or leave it out for that of the server.',
    details: { directory: cwd },
  })
}

function progressLogger(onProgress: (line: string) => void): Logger {
  return {
    info: onProgress,
    detail: () => {},
    warn: (line) => onProgress(`warning: ${line}`),
    task: (title) => {
      onProgress(`${title} …`)
      return {
        update: (text) => onProgress(`${title}: ${text}`),
        done: (note) => onProgress(`${title}: done${note === undefined ? '' : ` (${note})`}`),
        fail: (note) => onProgress(`${title}: failed${note === undefined ? '' : ` (${note})`}`),
        stop: (note) => onProgress(`${title}: stopped (${note})`),
      }
    },
  }
}
