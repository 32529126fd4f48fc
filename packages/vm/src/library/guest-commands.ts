import { PassThrough, Readable, type Writable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'
import { badValue, parseLibraryExec, type LibraryExec } from '@kernelkit/core/options/library'
import { collectOutput } from '../process/collect-output.ts'
import { guestEnvironment } from '../session/guest-environment.ts'
import type { Guest } from '../session/guest.ts'
import type { RunningCommand } from '../vm.ts'
import type { BootedVm, GuestExecOptions, GuestExecResult, GuestExit, GuestProcess, GuestSignal, GuestSpawnOptions } from './guest-types.ts'
import { inLibraryWords, libraryError } from './library-words.ts'

/** Numbers of signal(7): the guest's, the same on every architecture of ours. */
const signalNumbers: Readonly<Record<GuestSignal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGSTOP: 19,
}

/** The commands of a program in its guest; `lost` rejects when the guest has ended. */
export function guestCommands(guest: Guest, lost: Promise<never>): Pick<BootedVm, 'exec' | 'spawn'> {
  function exec(argv: readonly string[], options: GuestExecOptions & { readonly encoding: 'buffer' }): Promise<GuestExecResult<Uint8Array>>
  function exec(argv: readonly string[], options?: GuestExecOptions): Promise<GuestExecResult>
  async function exec(argv: readonly string[], options: GuestExecOptions = {}): Promise<GuestExecResult<string | Uint8Array>> {
    return inLibraryWords(async () => {
      const parsed = parseLibraryExec('exec', argv, options)
      const { stdout, stderr, texts, bytes } = collectOutput()
      const { exit } = start(guest, { parsed, options, stdout, stderr, lost, seen: texts })
      const { exitCode, signal } = await exit
      return { exitCode, signal, ...(parsed.encoding === 'buffer' ? bytes() : texts()) }
    })
  }
  return {
    exec,
    spawn(argv, options = {}) {
      try {
        return spawn(guest, { parsed: parseLibraryExec('spawn', argv, options), options, lost })
      } catch (error) {
        throw libraryError(error)
      }
    },
  }
}

interface Start {
  readonly parsed: LibraryExec
  readonly options: GuestSpawnOptions
  readonly lost: Promise<never>
}

function spawn(guest: Guest, { parsed, options, lost }: Start): GuestProcess {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const { running, exit: ended } = start(guest, { parsed, options, stdout, stderr, lost, seen: () => ({}) })
  const exit = inLibraryWords(() => ended)
  const close = (): void => {
    stdout.end()
    stderr.end()
  }
  // A program that leaves a command running until its guest ends need not wait for it.
  exit.then(close, close)
  return { stdout, stderr, exit, kill: (signal = 'SIGTERM') => running.kill(numberOf(signal)) }
}

interface StartWithStreams extends Start {
  readonly stdout: Writable
  readonly stderr: Writable
  /** What has come so far, for the error of a command that took too long. */
  readonly seen: () => Readonly<Record<string, string>>
}

function start(
  { host, vm, plan }: Guest,
  { parsed, options, stdout, stderr, lost, seen }: StartWithStreams,
): { readonly running: RunningCommand; readonly exit: Promise<GuestExit> } {
  const { argv, env, cwd = plan.shares.cwd, user = plan.vm.user, timeoutMs } = parsed
  const over = new AbortController()
  const limit = new AbortController()
  const asked = checkSignal(options.signal)
  const signal = asked === undefined ? limit.signal : AbortSignal.any([asked, limit.signal])
  const stdin = inputOf(options.stdin)
  const running = vm.exec({
    argv,
    env: { ...guestEnvironment(host, plan, plan.vm), ...env },
    cwd,
    user,
    stdin,
    stdout,
    stderr,
    logged: true,
    signal,
  })
  if (timeoutMs !== undefined) {
    host.sleep(timeoutMs, over.signal).then(
      () => limit.abort(tooLate(argv, timeoutMs, seen())),
      () => {},
    )
  }
  const exit = Promise.race([running.result, lost])
    .then(({ exitCode, signal: by }): GuestExit => ({ exitCode, signal: by }))
    .finally(() => over.abort())
  return { running, exit }
}

function tooLate(argv: readonly string[], timeoutMs: number, seen: Readonly<Record<string, string>>): UserError {
  return new UserError('COMMAND_TIMEOUT', `the command \`${argv.join(' ')}\` did not end within ${timeoutMs / 1000} s.`, {
    verdict: 'timeout',
    hint: 'Raise `timeoutMs` if it is only slow; `details` has what it printed until then.',
    details: { timeoutMs, ...seen },
  })
}

function inputOf(stdin: unknown): Readable | undefined {
  if (stdin === undefined || stdin instanceof Readable) return stdin
  if (typeof stdin === 'string' || stdin instanceof Uint8Array) return Readable.from(stdin.length === 0 ? [] : [Buffer.from(stdin)])
  throw badValue('stdin', stdin, 'a text, a Uint8Array or a Readable of node:stream')
}

function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw badValue('signal', signal, 'an AbortSignal')
}

function numberOf(signal: GuestSignal | number): number {
  const number = typeof signal === 'number' ? signal : signalNumbers[signal]
  // 1 to SIGRTMAX.
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number
  throw badValue('signal', signal, `a number from 1 to 64 or one of ${Object.keys(signalNumbers).join(', ')}`)
}
