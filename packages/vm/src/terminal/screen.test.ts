import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createScreen } from './screen.ts'

/** A user at a terminal in front of a guest that logs in on its console and on hvc0. */
function atTerminal({ hasTerminal = true } = {}) {
  const [console_, terminal, keys, output] = [new PassThrough(), new PassThrough(), new PassThrough(), new PassThrough()]
  const limit = Promise.withResolvers<void>()
  const typed = { console: '', terminal: '' }
  console_.write = (chunk: unknown) => Boolean((typed.console += String(chunk)))
  terminal.write = (chunk: unknown) => Boolean((typed.terminal += String(chunk)))
  let seen = ''
  output.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  createScreen({ vm: { console: console_, terminal: hasTerminal ? terminal : undefined }, keys, output, sleep: () => limit.promise })
  return {
    console: (text: string) => console_.emit('data', Buffer.from(text)),
    terminal: (text: string) => terminal.emit('data', Buffer.from(text)),
    type: (text: string) => keys.emit('data', Buffer.from(text)),
    limit: () => limit.resolve(),
    typed,
    seen: async () => {
      await setImmediate()
      return seen
    },
  }
}

const ttyS0 = '\r\nDebian GNU/Linux 12 kernelkit ttyS0\r\n\r\nkernelkit login: '
const hvc0 = '\r\nDebian GNU/Linux 12 kernelkit hvc0\r\n\r\nkernelkit login: '

describe('the screen of a boot', () => {
  it('shows no login prompt of the console that it is about to leave, however it comes', async () => {
    const user = atTerminal()
    user.console('[    1.0] systemd[1]: hello\r\n')
    for (const letter of ttyS0) user.console(letter)
    user.console('[    2.0] late message\r\n')
    expect(await user.seen()).not.toMatch(/login: /)
    user.terminal(hvc0)
    expect((await user.seen()).match(/login: /g)).toHaveLength(1)
    user.type('root\r')
    expect(user.typed).toEqual({ console: '', terminal: 'root\r' })
  })

  it('shows the prompt of the console when the user goes back to it', async () => {
    const user = atTerminal()
    user.console(ttyS0)
    user.terminal(hvc0)
    user.type('\x01c')
    expect(await user.seen()).toMatch(/hvc0[^]*kernel console; Ctrl-A h helps\]\r\nkernelkit login: $/)
  })

  it.each([
    ['no login terminal comes in time', (user: ReturnType<typeof atTerminal>) => user.limit()],
    ['a key is pressed', (user: ReturnType<typeof atTerminal>) => void user.type('\r')],
  ])('shows the prompt of the console when %s', async (_why, happens) => {
    const user = atTerminal()
    user.console(ttyS0)
    expect(await user.seen()).not.toMatch(/login: /)
    happens(user)
    await setImmediate()
    expect(await user.seen()).toMatch(/login: $/)
    user.type('root')
    expect(user.typed.console).toMatch(/root$/)
  })

  it('shows the prompt at once where there is no login terminal', async () => {
    const user = atTerminal({ hasTerminal: false })
    user.console(ttyS0)
    expect(await user.seen()).toBe(ttyS0)
  })
})
