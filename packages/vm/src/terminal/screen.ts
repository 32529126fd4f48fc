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
}

/** One terminal of the user, two of the guest: only one of them is shown, and gets the keys. */
export function createScreen({ vm, keys, output }: ScreenInput): Screen {
  const asked = Promise.withResolvers<void>()
  let shown: 'console' | 'terminal' = 'console'
  let login: Writable | undefined
  const show = (what: 'console' | 'terminal'): void => {
    if (shown === what) return
    shown = what
    if (keys !== undefined) output.write(`\r\n[${what === 'console' ? 'kernel console' : 'login terminal'}; Ctrl-A h helps]\r\n`)
  }
  const onConsole = (chunk: Buffer): void => void (shown === 'console' && output.write(chunk))
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
