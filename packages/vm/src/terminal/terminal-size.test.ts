import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { ExecOptions } from '../vm.ts'
import { keepTerminalSize } from './terminal-size.ts'

it('sets the size of the window at each login prompt and each change, and no size when it is unknown', async () => {
  const lines: string[] = []
  const terminal = new PassThrough()
  const exec = ({ argv }: ExecOptions) => {
    lines.push(argv.join(' '))
    return { result: Promise.reject(new Error('no stty')), kill: () => {}, heard: () => Promise.resolve(), resize: () => {} }
  }
  let size = { columns: 99, rows: 33 }
  let resized: (columns: number, rows: number) => void = () => {}
  const window = { size: () => size, onResize: (listener: typeof resized) => void (resized = listener) }
  keepTerminalSize({ vm: { exec, terminal }, ready: Promise.resolve(), terminal: window })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  terminal.write('Debian GNU/Linux 12 kernelkit hvc0\r\n\r\nkernelkit login: ')
  await settle()
  terminal.write('root\r\n')
  resized(120, 40)
  await settle()
  size = { columns: 0, rows: 0 }
  terminal.write('kernelkit login: ')
  await settle()
  expect(lines).toEqual(['stty -F /dev/hvc0 rows 33 cols 99', 'stty -F /dev/hvc0 rows 40 cols 120'])
})
