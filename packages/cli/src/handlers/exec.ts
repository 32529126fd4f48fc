import { UserError, message, option } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/shell'
import { writeFor } from '@kernelkit/core/options'
import { parseExecSpec } from '@kernelkit/core/options/vm'
import { namedVariable } from '@kernelkit/host/process'
import {
  connectVm,
  reportWhenPaused,
  collectOutput,
  commandWords,
  keptEnvironment,
  type CollectedOutput,
} from '@kernelkit/vm/internal/running'
import type { CommandContext, RawOptions } from '../command.ts'
import { rawTerminal } from './raw-terminal.ts'
import { refuseTty } from './refuse-tty.ts'

/** `kernelkit exec`: one command in a running VM; its exit status is ours. */
export async function exec(context: CommandContext, args: readonly string[], raw: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseExecSpec(raw)
  const [name, ...words] = args
  const isTerminal = context.stdin.isTTY === true && context.stdout.isTTY === true
  const { argv, interactive } = commandWords(words, isTerminal)
  const tty = spec.tty || interactive
  refuseTty({ tty, isTerminal, json: context.json })
  await using vm = await connectVm(name, host)
  if (context.dryRun) {
    context.print(`in ${vm.name} (${vm.id}): ${argv.join(' ')}`)
    return 0
  }
  const { cwd: ownCwd } = vm.state.facts
  const cwd = spec.cwd ?? (typeof ownCwd === 'string' ? ownCwd : undefined)
  const env = {
    ...keptEnvironment(vm.state, spec.user),
    ...Object.fromEntries(spec.env.flatMap(({ name: key, value }) => readVariable(key, value ?? namedVariable(host, key)))),
  }
  const collected = context.json ? collectOutput() : undefined
  const terminal = tty ? rawTerminal(context) : undefined
  const watching = new AbortController()
  const limit = new AbortController()
  if (spec.timeoutMs !== undefined) {
    const late = tooLate(argv, spec.timeoutMs)
    host.sleep(spec.timeoutMs, watching.signal).then(
      () => limit.abort(late),
      () => {},
    )
  }
  try {
    const command = vm.exec({
      argv,
      env,
      cwd,
      user: spec.user,
      stdin: spec.stdin || tty ? context.stdin : undefined,
      stdout: collected?.stdout ?? context.stdout,
      stderr: collected?.stderr ?? context.stderr,
      tty: terminal === undefined ? undefined : { ...terminal.size(), term: host.env['TERM'] ?? 'linux' },
      logged: true,
      signal: AbortSignal.any([signal, limit.signal]),
    })
    terminal?.onResize((columns, rows) => command.resize(columns, rows))
    const warn = (status: string) =>
      host.log.warn(`VM '${vm.name}' is paused (QEMU: ${status}), as by a debugger: the command waits until the VM runs again`)
    void reportWhenPaused({ host, vm, report: warn, signal: watching.signal })
    const result = await command.result
    if (collected !== undefined) context.printJson({ vm: vm.name, ...result, signal: result.signal ?? null, ...outputDocument(collected) })
    if (result.notStarted !== undefined) {
      const { hintOfStart } = await import('@kernelkit/core/console')
      host.log.info(`Hint: ${writeFor(hintOfStart[result.notStarted], { door: 'command' })}`)
    }
    return result.exitCode
  } finally {
    watching.abort()
    terminal?.restore()
  }
}

/** Both streams as text; one that is not UTF-8 is there byte by byte, too. */
function outputDocument(collected: CollectedOutput): Readonly<Record<string, string>> {
  const { stdout, stderr } = collected.bytes()
  return { ...collected.texts(), ...base64Of('stdoutBase64', stdout), ...base64Of('stderrBase64', stderr) }
}

function base64Of(name: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return {}
  } catch {
    return { [name]: Buffer.from(bytes).toString('base64') }
  }
}

function tooLate(argv: readonly string[], timeoutMs: number): UserError {
  return new UserError('COMMAND_TIMEOUT', `the command \`${quoteArgv(argv)}\` did not end within ${timeoutMs / 1000} s, and was ended.`, {
    verdict: 'timeout',
    hint: message`Raise ${option('timeout')} if it is only slow.`,
    details: { timeoutMs },
  })
}

// A name that the caller does not have stays unset in the guest.
function readVariable(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]]
}
