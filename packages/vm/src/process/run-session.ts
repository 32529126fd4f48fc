import {
  decodeCredit,
  decodeExit,
  decodeText,
  encodeCredit,
  encodeKill,
  encodeResize,
  encodeStart,
  frameTypes,
  maxFrameBytes,
  type ExitMessage,
} from '@kernelkit/core/agent'
import { UserError, command, message } from '@kernelkit/core/errors'
import type { ExecOptions, ExecResult, RunningCommand } from '../vm.ts'
import type { AgentLink } from './agent-link.ts'
import { writesLost, type Trouble } from './host-failure.ts'
import { createInput } from './session-input.ts'
import { createOutput } from './session-output.ts'
import { watchSilence, type SilenceLimits, type SilenceOptions } from './session-silence.ts'

// Numbers of signal(7): the guest's, the same on every architecture of ours.
const sigterm = 15
const sigkill = 9
/** A command that got SIGTERM has this long before it is killed. */
const graceMs = 2000

const outputOpen =
  'the command has ended, but a process that it started still has its output open: what it writes from now on is lost (redirect its output to leave it running)'

/** One command in the guest: streams with credit both ways, so that nothing is lost and no session waits for another. */
export function runSession(
  options: ExecOptions,
  context: {
    readonly link: AgentLink
    /** Commands are sent once the guest serves them. */
    readonly ready: Promise<unknown>
    readonly monotonicMs: () => number
    /** The host's directory that has a mount tag of the guest. */
    readonly shareOf: (tag: string) => string | undefined
    readonly warn?: ((line: string) => void) | undefined
    readonly trouble?: Pick<Trouble, 'watch' | 'isPaused'> | undefined
    /** When to give up a guest that says nothing. Default: never. */
    readonly silence?: (SilenceLimits & Pick<SilenceOptions, 'isLost'>) | undefined
  },
): RunningCommand {
  const result = Promise.withResolvers<ExecResult>()
  result.promise.catch(() => {})
  let exit: ExitMessage | undefined
  let startedAt = context.monotonicMs()
  let over = false
  // Signals from before the guest knows the command; `undefined` once it does.
  let early: number[] | undefined = []
  const listeners: (() => void)[] = []

  const stdout = createOutput(options.stdout, (bytes) => session.send(frameTypes.credit, encodeCredit('stdout', bytes)), kill, settle)
  const stderr = createOutput(options.stderr, (bytes) => session.send(frameTypes.credit, encodeCredit('stderr', bytes)), kill, settle)
  const session = context.link.open(
    (frame) => {
      silence?.heard()
      if (frame.type === frameTypes.stdout) stdout.take(frame.data)
      else if (frame.type === frameTypes.stderr) stderr.take(frame.data)
      else if (frame.type === frameTypes.credit) stdin?.credit(decodeCredit(frame.data).bytes)
      else if (frame.type === frameTypes.stdinClosed) stdin?.stop()
      else if (frame.type === frameTypes.pong) for (const resolve of listeners.splice(0)) resolve()
      else if (frame.type === frameTypes.refused)
        finish(
          new UserError('COMMAND_REFUSED', `the guest did not start the command: ${decodeText(frame.data)}.`, {
            hint: 'End other commands in this VM, or read its console.',
          }),
        )
      else if (frame.type === frameTypes.exit) {
        exit = decodeExit(frame.data)
        settle()
      }
    },
    () => finish(lost()),
  )
  const stdin = options.stdin === undefined ? undefined : createInput(options.stdin, { send: session.send, onFailed: failInput })

  function kill(signalNumber: number): void {
    if (over) return
    if (early === undefined) session.send(frameTypes.kill, encodeKill(signalNumber))
    else early.push(signalNumber)
  }
  /** Finishes once the command has ended and all of its output has been written. */
  function settle(): void {
    if (exit === undefined || stdout.pending() || stderr.pending()) return
    if (stdout.bytes() !== exit.stdoutBytes || stderr.bytes() !== exit.stderrBytes) {
      context.link.breakOff('other numbers of bytes than it has sent')
      return finish(lost())
    }
    if (exit.outputOpen === true) context.warn?.(outputOpen)
    if (exit.lost !== undefined) return finish(writesLost(exit.lost, context.shareOf(exit.lost.tag)))
    finish({
      exitCode: exit.exitCode,
      signal: exit.signal === 0 ? undefined : exit.signal,
      ...(exit.notStarted === undefined ? {} : { notStarted: exit.notStarted }),
      stdoutBytes: exit.stdoutBytes,
      stderrBytes: exit.stderrBytes,
      seconds: (context.monotonicMs() - startedAt) / 1000,
      tainted: exit.tainted,
      artifacts: exit.artifacts,
      ...(exit.outputOpen === true ? { outputOpen: true } : {}),
    })
  }
  function finish(outcome: ExecResult | Error): void {
    if (over) return
    release()
    if (outcome instanceof Error) result.reject(outcome)
    else result.resolve(outcome)
  }
  function release(): void {
    over = true
    session.release()
    watching?.stop()
    silence?.stop()
    stdin?.stop()
    stdout.release()
    stderr.release()
    options.signal?.removeEventListener('abort', abort)
  }
  /** The command must not take a part of its input for the whole: it is killed before its stdin is closed. */
  function failInput(error: UserError): void {
    kill(sigkill)
    finish(error)
  }
  function abort(): void {
    if (over) return
    kill(sigterm)
    setTimeout(() => session.send(frameTypes.kill, encodeKill(sigkill)), graceMs).unref()
    release()
    result.reject(options.signal?.reason)
  }

  const start = () => {
    if (over) return
    const message = encodeStart({
      argv: options.argv,
      env: options.tty === undefined ? (options.env ?? {}) : { TERM: options.tty.term, ...options.env },
      cwd: options.cwd ?? '',
      user: options.user ?? '',
      stdin: options.stdin !== undefined,
      tty: options.tty,
      announced: options.announced === true,
      logged: options.logged === true,
      fresh: options.fresh === true,
      held: options.held,
    })
    if (message.length > maxFrameBytes) {
      return finish(
        new UserError('BAD_OPTION', `the command and its environment are ${message.length} bytes; at most ${maxFrameBytes} fit.`, {
          hint: 'Pass long input on stdin or in a file.',
        }),
      )
    }
    startedAt = context.monotonicMs()
    silence?.started()
    session.send(frameTypes.start, message)
    for (const signalNumber of early ?? []) session.send(frameTypes.kill, encodeKill(signalNumber))
    early = undefined
    stdin?.start()
  }
  const silence =
    context.silence === undefined
      ? undefined
      : watchSilence({
          limits: context.silence,
          isLost: context.silence.isLost,
          monotonicMs: context.monotonicMs,
          isPaused: () => context.trouble?.isPaused() === true,
          ping: () => session.send(frameTypes.ping),
          onSilent: (silentMs, during) => finish(silent(silentMs, during)),
        })
  const watching = context.trouble?.watch((failure) => queueMicrotask(() => finish(failure)))
  if (options.signal?.aborted) abort()
  else options.signal?.addEventListener('abort', abort, { once: true })
  context.ready.then(start).catch((error: unknown) => finish(explainStart(error)))

  return {
    result: result.promise,
    kill,
    heard: () =>
      new Promise((resolve) => {
        listeners.push(resolve)
        session.send(frameTypes.ping)
      }),
    resize: (columns, rows) => session.send(frameTypes.resize, encodeResize(columns, rows)),
  }
}

/** Words, variables and paths that no START can carry (encodeStart). */
function explainStart(error: unknown): Error {
  if (error instanceof RangeError)
    return new UserError('BAD_OPTION', `the command cannot be given to the guest: ${error.message}.`, { cause: error })
  return error instanceof Error ? error : new Error(String(error))
}

function silent(silentMs: number, during: 'boot' | 'command'): UserError {
  const seconds = Math.round(silentMs / 1000)
  return new UserError(
    'VM_LOST',
    during === 'boot'
      ? `the guest takes no commands: it was not ready within ${seconds} s.`
      : `the guest has not answered for ${seconds} s: its command is given up.`,
    {
      verdict: during === 'boot' ? 'boot-fail' : 'vm-lost',
      hint: message`Read the end of its console; ${command('kernelkit stop')} ends a VM that is kept.`,
    },
  )
}

function lost(): UserError {
  return new UserError('VM_LOST', 'the guest went away while the command was running.', {
    verdict: 'vm-lost',
    hint: 'Read the end of its console: the kernel may have panicked, or something powered it off.',
  })
}
