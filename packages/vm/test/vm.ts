import { PassThrough } from 'node:stream'
import type { Vm } from '../src/vm.ts'

/** A VM that does what `parts` says and nothing else: its command never ends. */
export function vmOf(parts: Pick<Vm, 'events' | 'stop' | 'exited'> & Partial<Vm>): Vm {
  return {
    id: 'x',
    name: 'x',
    exec: () => ({ result: new Promise(() => {}), kill: () => {}, heard: () => Promise.resolve(), resize: () => {} }),
    terminal: undefined,
    console: new PassThrough(),
    consoleWritten: async () => {},
    qmp: async () => undefined,
    dump: () => {},
    [Symbol.asyncDispose]: async () => void (await parts.stop('kill')),
    ...parts,
  }
}
