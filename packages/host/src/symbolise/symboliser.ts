import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { CodePlace } from '@kernelkit/core/decode'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import type { ChosenSymboliser } from './choose-symboliser.ts'

/** One process that finds the source lines of an executable; it reads the debug information once and answers any number of times. */
export interface Symboliser extends AsyncDisposable {
  /** The calls at each address, innermost first; one question at a time. Throws SYMBOLISER_FAILED. */
  ask(addresses: readonly bigint[]): Promise<readonly (readonly CodePlace[])[]>
}

interface SymboliserOptions {
  readonly chosen: ChosenSymboliser
  readonly executable: string
  readonly signal?: AbortSignal | undefined
}

// The first answer takes as long as reading hundreds of MB of debug information on a busy machine.
const answerLimitMs = 300_000
const maxAtOnce = 500
const keptStderrChars = 4096

/** Starts a symboliser; it ends on disposal, and when this process dies, because its input ends. */
export function startSymboliser(host: Host, { chosen, executable, signal }: SymboliserOptions): Symboliser {
  const { kind, program } = chosen
  const child = host.spawn([program, ...kind.args(executable)], { stdio: ['pipe', 'pipe', 'pipe'] })
  const exited = new Promise<void>((resolve) => void child.once('close', () => resolve()).once('error', () => resolve()))
  const stderr = collectStderr(child)
  const failed = (what: string, cause?: unknown): UserError =>
    new UserError('SYMBOLISER_FAILED', `${program} ${what}${stderr() === '' ? '.' : `:\n${stderr()}`}`, {
      hint: 'Run the program by hand on the vmlinux; until it works, reports are shown without source lines.',
      details: { program, executable },
      cause,
    })
  const lines = child.stdout === null ? undefined : createInterface({ input: child.stdout })
  // Writing to one that has ended: `close` reports it.
  child.stdin?.on('error', () => {})
  const askSome = async (addresses: readonly bigint[]): Promise<readonly (readonly CodePlace[])[]> => {
    const answers: (readonly CodePlace[])[] = []
    const over = new AbortController()
    const stop = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])])
    const answered = new Promise<void>((resolve) => {
      lines?.on(
        'line',
        kind.createReader((places) => {
          answers.push(places)
          if (answers.length === addresses.length) resolve()
        }),
      )
    })
    const questions = [...addresses.map((address) => `0x${address.toString(16)}`), ...(kind.sentinel === undefined ? [] : [kind.sentinel])]
    child.stdin?.write(questions.map((question) => `${question}\n`).join(''))
    try {
      await Promise.race([
        answered,
        exited.then(() => Promise.reject(failed('ended before it had answered'))),
        host.sleep(answerLimitMs, stop).then(() => Promise.reject(failed(`did not answer within ${answerLimitMs / 1000} s`))),
      ])
    } finally {
      over.abort()
      lines?.removeAllListeners('line')
    }
    return answers
  }
  return {
    ask: async (addresses) => {
      const answers: (readonly CodePlace[])[] = []
      for (let at = 0; at < addresses.length; at += maxAtOnce) answers.push(...(await askSome(addresses.slice(at, at + maxAtOnce))))
      return answers
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin?.end()
      // It has nothing to save.
      child.kill('SIGKILL')
      await exited
    },
  }
}

function collectStderr(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (chunk: string) => {
    text = (text + chunk).slice(-keptStderrChars)
  })
  child.once('error', (error) => {
    text += error.message
  })
  return () => text.trim()
}
