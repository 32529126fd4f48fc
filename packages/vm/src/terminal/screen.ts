import type { Duplex, Readable, Writable } from 'node:stream'
import type { Vm } from '../vm.ts'
import { createKeyReader, escapeHelp } from './escape-keys.ts'

export interface Screen {
  /** Ctrl-A x. */
  readonly asked: Promise<void>
  /** A terminal in addition to the kernel's console; from now on it is the one that is shown. */
  attach(input: Writable, output: Readable): void
  close(): void
}

export interface ScreenInput {
  readonly vm: Pick<Vm, 'console' | 'terminal'>
  /** Keys of a person; absent without a terminal. */
  readonly keys: Readable | undefined
  readonly output: Writable
  readonly sleep: (ms: number) => Promise<void>
}

// A root may have a login on the console alone: then its prompt is shown after all. Both prompts of a systemd guest under emulation come
// within a few seconds of each other on a busy machine.
const promptLimitMs = 30_000

/**
 * One terminal of the user, two of the guest: only one of them is shown, and gets the keys. A login prompt on the console is held back
 * while the login terminal is about to come: what is typed to it would be lost to a terminal that is left a moment later.
 */
export function createScreen({ vm, keys, output, sleep }: ScreenInput): Screen {
  const asked = Promise.withResolvers<void>()
  let shown: 'console' | 'terminal' = 'console'
  let login: Writable | undefined
  const show = (what: 'console' | 'terminal'): void => {
    if (shown === what) return
    shown = what
    if (keys !== undefined) output.write(`\r\n[${what === 'console' ? 'kernel console' : 'login terminal'}; Ctrl-A h helps]\r\n`)
    if (what === 'console') showPrompt()
  }
  const prompts = createPromptFilter()
  const onConsole = (chunk: Buffer): void => {
    if (shown !== 'console') return
    const isAwaited = vm.terminal !== undefined && keys !== undefined && login === undefined
    output.write(isAwaited ? prompts.pass(chunk) : chunk)
    if (prompts.isHolding) void sleep(promptLimitMs).then(() => login === undefined && showPrompt())
  }
  const showPrompt = (): void => void output.write(prompts.release())
  vm.console.on('data', onConsole)
  const attach = (typed: Writable, shownBy: Readable): void => {
    login = typed
    shownBy.on('data', (chunk: Buffer) => {
      // Without keys no user can log in: both are shown.
      if (shown === 'terminal' || keys === undefined) output.write(chunk)
    })
    show('terminal')
  }
  const onFirstWord = (chunk: Buffer): void => {
    if (vm.terminal === undefined) return
    vm.terminal.off('data', onFirstWord)
    if (keys === undefined) return attachQuietly(vm.terminal, output, chunk)
    attach(vm.terminal, vm.terminal)
    output.write(chunk)
  }
  vm.terminal?.on('data', onFirstWord)
  const readKeys = createKeyReader()
  const onKeys = (chunk: Buffer): void => {
    // A person who types waits for a prompt.
    if (login === undefined) showPrompt()
    for (const action of readKeys(chunk)) {
      if (action.kind === 'data') (shown === 'terminal' && login !== undefined ? login : vm.console).write(action.data)
      else if (action.command === 'end') asked.resolve()
      else if (action.command === 'help') output.write(`\r\n${escapeHelp}`)
      else if (login !== undefined) show(shown === 'console' ? 'terminal' : 'console')
    }
  }
  keys?.on('data', onKeys)
  return {
    asked: asked.promise,
    attach,
    close: () => {
      keys?.off('data', onKeys)
      vm.console.off('data', onConsole)
    },
  }
}

function attachQuietly(terminal: Duplex, output: Writable, first: Buffer): void {
  output.write(first)
  terminal.on('data', (chunk: Buffer) => output.write(chunk))
}

interface PromptFilter {
  /** What of a piece of the console is shown now. */
  pass(chunk: Buffer): Buffer
  /** What was held back, to be shown after all. */
  release(): Buffer
  readonly isHolding: boolean
}

// `login: ` of agetty(8), which ends a line without a newline.
const prompt = /login: ?$/

/** Holds back a login prompt at the end of what a console has printed so far. */
function createPromptFilter(): PromptFilter {
  let line = ''
  let held: Buffer = Buffer.alloc(0)
  return {
    pass: (chunk) => {
      // One byte a character, so that a place in the text is a place in the bytes.
      const text = chunk.toString('latin1')
      const start = text.lastIndexOf('\n') + 1
      line = start === 0 ? `${line}${text}`.slice(-256) : text.slice(start)
      if (!prompt.test(line)) return chunk
      held = Buffer.concat([held, chunk.subarray(start)])
      return chunk.subarray(0, start)
    },
    release: () => {
      const all = held
      held = Buffer.alloc(0)
      return all
    },
    get isHolding() {
      return held.length > 0
    },
  }
}
