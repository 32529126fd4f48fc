import { readFileSync } from 'node:fs'
import type { Reader } from '@kernelkit/core/options'
import { parseCommandLine, type Invocation } from './command-line.ts'
import { commandRows } from './commands/index.ts'
import { createContext } from './context.ts'
import { listenForSignals, type Interrupt } from './interrupt.ts'
import { drain } from './output/drain.ts'
import { readProjectDefaults } from './project/read-project-defaults.ts'
import { renderFailure, signalExitCodes } from './output/failure.ts'
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
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') interrupt.interrupt('SIGPIPE')
      else throw error
    })
  }
  const exitCode = argv[0] === 'complete' && argv[1] === '--' ? await complete(argv.slice(2)) : await runCommandLine(argv, interrupt)
  await drain([process.stdout, process.stderr], { isInterrupted: interrupt.name() !== undefined })
  process.exit(exitCode)
}

async function complete(words: readonly string[]): Promise<number> {
  const [{ printCompletions }, { nodeHost }] = await Promise.all([import('./completion.ts'), import('@kernelkit/host')])
  await printCompletions(words, nodeHost())
  return 0
}

async function runCommandLine(argv: readonly string[], interrupt: Interrupt): Promise<number> {
  let invocation: Invocation | undefined
  let reader: Reader = { door: 'command' }
  try {
    invocation = await parseCommandLine(argv, commandRows, version())
    if (invocation.kind === 'text') {
      process[invocation.exitCode === 0 ? 'stdout' : 'stderr'].write(invocation.text)
      return invocation.exitCode
    }
    const { definition, args, options, globals } = invocation
    refuseDocker(definition.name, globals)
    const parts = {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
      now: () => performance.now(),
      argv,
    }
    const context = await createContext(globals, parts, interrupt.signal)
    const handle = await definition.load()
    const project = await readProjectDefaults(context, { definition, args, options })
    reader = project.context.reader
    const exitCode = await handle(project.context, args, project.options)
    if (interrupt.name() === undefined) return exitCode
    throw interrupt.signal.reason
  } catch (thrown) {
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
      reader,
    })
    process.stdout.write(failure.stdout)
    process.stderr.write(failure.stderr)
    return failure.exitCode
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
