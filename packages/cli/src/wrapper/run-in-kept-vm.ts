import { namedVariable } from '@kernelkit/host/process'
import {
  keptEnvironment,
  carryIn,
  carryOut,
  chooseCarried,
  connectVm,
  seesHost,
  type ExecResult,
  type VmState,
} from '@kernelkit/vm/internal/running'
import type { CommandContext } from '../command.ts'
import { visibilityOf } from './visibility-of.ts'
import { heldFilesOf } from './held-files-of.ts'
import type { WrappedProgram } from './wrapped-program.ts'

interface KeptProgram extends WrappedProgram {
  readonly state: VmState
}

// verdicts.md: the command passed, the kernel reported a fault.
const splatStatus = 122

/** A program in a VM that is left running. Its exit status is the program's, unless that is 0 and the kernel has reported a fault meanwhile. */
export async function runInKeptVm(context: CommandContext, { argv, state, spec, env, stdin }: KeptProgram): Promise<number> {
  const { host, signal } = context
  const visible = visibilityOf(state)
  const files = await chooseCarried(host, argv, visible)
  await using vm = await connectVm(state, host)
  const carrier = { host, vm, user: spec.user, signal }
  const [placed, consoleBytes, held] = await Promise.all([carryIn(carrier, files), sizeOf(context, state), heldFilesOf(host, state)])
  const asked = Object.fromEntries(
    spec.env.flatMap(({ name, value }) => {
      const known = value ?? namedVariable(host, name)
      return known === undefined ? [] : [[name, known]]
    }),
  )
  const command = vm.exec({
    argv,
    env: { ...keptEnvironment(state, spec.user), ...env, ...asked },
    cwd: spec.cwd ?? host.cwd,
    user: spec.user,
    stdin,
    stdout: context.stdout,
    stderr: context.stderr,
    logged: true,
    fresh: seesHost(visible),
    held,
    signal,
  })
  const limit = new AbortController()
  const result = await (spec.timeoutMs === undefined ? command.result : within(context, { ms: spec.timeoutMs, command, limit }))
  limit.abort()
  const left = await carryOut(carrier, files, placed).catch((error: unknown) => error)
  await vm.consoleWritten()
  // Most commands make the kernel print nothing: what reads it is not even loaded then.
  const hasPrinted = (await sizeOf(context, state)) > consoleBytes
  const hasReported = hasPrinted && (await hasNewReports(context, { state, consoleBytes, spec, tainted: result.tainted }))
  if (hasReported && result.exitCode === 0) return splatStatus
  // Whatever keeps the guest from it, what the kernel reported of it comes first.
  if (left !== undefined) throw left
  return result.exitCode
}

async function within(
  { host }: CommandContext,
  {
    ms,
    command,
    limit,
  }: {
    readonly ms: number
    readonly command: { readonly result: Promise<ExecResult>; kill(signal: number): void }
    readonly limit: AbortController
  },
): Promise<ExecResult> {
  // SIGKILL of signal(7), and the status of timeout(1).
  let late = false
  host.sleep(ms, limit.signal).then(
    () => {
      late = true
      command.kill(9)
    },
    () => {},
  )
  const result = await command.result
  return late ? { ...result, exitCode: 124 } : result
}

async function sizeOf({ host }: CommandContext, { console }: Pick<VmState, 'console'>): Promise<number> {
  return (await host.fs.stat(console).catch(() => undefined))?.size ?? 0
}

interface NewConsole {
  readonly state: VmState
  readonly consoleBytes: number
  readonly spec: WrappedProgram['spec']
  /** Of the kernel, after the command. */
  readonly tainted: number
}

/** Prints the reports of the console since a place in it that fail a run. */
async function hasNewReports(context: CommandContext, { state, consoleBytes, spec, tainted }: NewConsole): Promise<boolean> {
  const [{ createReportScanner }, { renderReport }, { agreesWithTaint }] = await Promise.all([
    import('@kernelkit/core/report/log'),
    import('@kernelkit/core/report'),
    import('@kernelkit/core/console'),
  ])
  let found = false
  const scanner = createReportScanner((report) => {
    if (!spec.failOn.includes(report.kind) || !agreesWithTaint(report, tainted)) return
    found = true
    context.printError(renderReport(state.console, report))
  })
  for await (const chunk of context.host.fs.createReadStream(state.console, { start: consoleBytes })) scanner.write(chunk as Buffer)
  scanner.end()
  return found
}
