import { createReadStream, fstatSync, readFileSync, readlinkSync, writeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'
import type { Reader } from '@kernelkit/core/options'
import { printableFor } from '@kernelkit/core/text'
import { parseCommandLine, type Invocation } from './command-line.ts'
import { commandRows } from './commands/index.ts'
import { closedInput } from './closed-input.ts'
import { createContext } from './context.ts'
import { listenForSignals, type Interrupt } from './interrupt.ts'
import { drain } from './output/drain.ts'
import { ownOutput, type OwnOutput } from './output/own-output.ts'
import { readProjectDefaults } from './project/read-project-defaults.ts'
import { renderFailure, signalExitCodes } from './output/failure.ts'
import { refuseLossyWords } from './refuse-lossy-words.ts'
import { refuseDocker } from './toolchain/refuse-docker.ts'

// A clean-up that hangs must not keep the user waiting forever after an interruption.
const cleanUpLimitMs = 30_000

function end(signalName: string): never {
  process.exit(signalExitCodes[signalName] ?? 125)
}

/** The process: words in, exit status out. The only place that ends it. */
export async function main(): Promise<void> {
  const argv = process.argv.slice(2)
  const interrupt = listenForSignals(process, end)
  interrupt.signal.addEventListener('abort', () => {
    // Cleaning up takes a second or two; a command that hangs in it must end all the same.
    setTimeout(() => end(interrupt.name() ?? ''), cleanUpLimitMs).unref()
  })
  // Whether the last line on stderr is a verdict; a command without one ends as SIGPIPE ends others.
  let isJudged = false
  const onError = (error: Error & { readonly code?: string | undefined }): void => {
    if (error.code !== 'PIPE_CLOSED' || isJudged) interrupt.fail(error)
    else interrupt.interrupt('SIGPIPE')
  }
  const isStdinClosed = takeMark('KERNELKIT_STDIN_CLOSED')
  const isStdoutClosed = takeMark('KERNELKIT_STDOUT_CLOSED')
  const files = { fstatSync, readlinkSync, writeSync }
  const out = ownOutput({ stream: process.stdout, fd: 1, files, isClosed: isStdoutClosed, onError })
  const err = ownOutput({ stream: process.stderr, fd: 2, files, onError })
  const onCommand = (judged: boolean): void => void (isJudged = judged)
  const ended = await runCommandLine(argv, { interrupt, isStdinClosed, out, err, onCommand })
  await drain([out.stream, err.stream], { isInterrupted: interrupt.name() !== undefined })
  // What Node reports of a write it reports in a later turn.
  await new Promise((resolve) => void setImmediate(resolve))
  const lost = interrupt.name() === undefined ? (out.error() ?? err.error()) : undefined
  process.exit(lost === undefined || ended.fail === undefined ? ended.exitCode : await ended.fail(lost))
}

interface Ended {
  readonly exitCode: number
  /** Reports an error as this command's and answers with its exit status; absent once an error was reported. */
  readonly fail?: (thrown: unknown) => Promise<number>
}

interface CommandEnds {
  readonly interrupt: Interrupt
  readonly isStdinClosed: boolean
  readonly out: OwnOutput
  readonly err: OwnOutput
  /** Called once the command is known, with whether it gives a verdict. */
  readonly onCommand: (isJudged: boolean) => void
}

async function complete(words: readonly string[]): Promise<void> {
  const [{ printCompletions }, { nodeHost }] = await Promise.all([import('./completion.ts'), import('@kernelkit/host')])
  await printCompletions(words, nodeHost())
}

async function runCommandLine(argv: readonly string[], { interrupt, isStdinClosed, out, err, onCommand }: CommandEnds): Promise<Ended> {
  let invocation: Invocation | undefined
  let reader: Reader = { door: 'command' }
  const fail = async (thrown: unknown, { hasAnswered = false } = {}): Promise<number> => {
    // Imported here, not for --help.
    const { explainSystemError } = await import('@kernelkit/host')
    const globals = invocation?.kind === 'command' ? invocation.globals : guessGlobals(argv)
    const command = invocation?.kind === 'command' ? invocation.definition.name : argv.find((word) => !word.startsWith('-'))
    const row = commandRows.find((candidate) => candidate.name === command)
    const verdict = row?.verdict === true
    const failure = renderFailure(explainSystemError(thrown), {
      ...globals,
      verdict,
      interrupted: interrupt.name(),
      command: row?.name,
      shown: printableFor(process.env),
      reader,
    })
    if (out.error() === undefined && !hasAnswered) out.stream.write(failure.stdout)
    err.stream.write(failure.stderr)
    return failure.exitCode
  }
  try {
    if (argv[0] === 'complete' && argv[1] === '--') {
      await complete(argv.slice(2))
      return { exitCode: 0, fail }
    }
    invocation = await parseCommandLine(argv, commandRows, version())
    if (invocation.kind === 'text') {
      ;(invocation.exitCode === 0 ? out : err).stream.write(invocation.text)
      return { exitCode: invocation.exitCode, fail }
    }
    const { definition, args, options, globals } = invocation
    onCommand(!globals.dryRun && commandRows.some(({ name, verdict }) => name === definition.name && verdict === true))
    refuseLossyWords({ readFileSync, readlinkSync }, { argv, cwd: currentDirectory(), env: process.env })
    refuseDocker(definition.name, globals)
    const parts = {
      stdin: isStdinClosed ? closedInput() : ownInput(),
      stdout: out.stream,
      stderr: err.stream,
      env: process.env,
      now: () => performance.now(),
      argv,
    }
    const context = await createContext(globals, parts, interrupt.signal)
    const handle = await definition.load()
    const project = await readProjectDefaults(context, { definition, args, options })
    reader = project.context.reader
    const exitCode = await handle(project.context, args, project.options)
    if (interrupt.name() === undefined) return { exitCode, fail }
    // One JSON document: the command has printed its own.
    return { exitCode: await fail(interrupt.signal.reason, { hasAnswered: true }) }
  } catch (thrown) {
    const lost = interrupt.name() === undefined ? (out.error() ?? err.error()) : undefined
    return { exitCode: await fail(lost ?? thrown) }
  }
}

/** What the shell line of bin/kernelkit.js has seen: of this process alone, not of what it starts. */
function takeMark(name: string): boolean {
  const isSet = process.env[name] === '1'
  delete process.env[name]
  return isSet
}

/** Node's own stream, which is empty where stdin is neither a file nor a pipe, socket or character device: a directory has an error, a disk has bytes. */
function ownInput(): Readable {
  const stat = fstatSync(0)
  return stat.isDirectory() || stat.isBlockDevice() ? createReadStream('', { fd: 0, autoClose: false }) : process.stdin
}

function currentDirectory(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new UserError('FILE_NOT_FOUND', 'the current directory does not exist any more: it was removed or moved.', {
      hint: 'Enter a directory that exists, if need be the same path again: `cd "$PWD"`.',
      cause,
    })
  }
}

/** For errors of the command line itself: what can be read from it. */
function guessGlobals(argv: readonly string[]): { readonly json: boolean; readonly verbose: boolean } {
  const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length)
  return { json: own.includes('--json'), verbose: own.includes('--verbose') }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
