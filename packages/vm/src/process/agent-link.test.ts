import { Duplex, PassThrough } from 'node:stream'
import { decodeText, encodeFrame, encodeText, frameTypes, maxGuestFrameBytes, streamWindow } from '@kernelkit/core/agent'
import { describe, expect, it } from 'vitest'
import { createAgentLink, type KernelLog } from './agent-link.ts'
import { runSession } from './run-session.ts'

const monotonicMs = () => performance.now()
const u32 = (...values: readonly number[]) => new Uint8Array(new Uint32Array(values).buffer)
const exitOf = (exitCode: number, stdoutBytes: number) => u32(exitCode, 0, stdoutBytes, 0, 0, 0, 0, 0, 0)

/** A command of a guest that says what a test lets it say. */
function guest(kernelLog: KernelLog = { take: () => {}, shown: () => undefined }) {
  const broken: string[] = []
  const sent: number[] = []
  const channel = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      sent.push(chunk.readUInt16LE(4))
      done()
    },
  })
  const link = createAgentLink({
    channel,
    monotonicMs,
    onGuestFrame: () => {},
    maxBytes: maxGuestFrameBytes,
    confirmEnds: true,
    kernelLog,
    onBroken: (why) => broken.push(why),
  })
  const stdout = new PassThrough()
  stdout.resume()
  const { result } = runSession({ argv: ['true'], stdout }, { link, ready: Promise.resolve(), monotonicMs, shareOf: () => undefined })
  result.catch(() => {})
  const says = (type: number, data: Uint8Array = new Uint8Array(0)) => void channel.push(Buffer.from(encodeFrame(type, 1, data)))
  return { broken, sent, channel, link, result, says }
}

describe('the channel of a guest', () => {
  it('takes the end of a command once the agent has confirmed it', async () => {
    const { says, result, sent, broken } = guest()
    says(frameTypes.stdout, encodeText('hello'))
    says(frameTypes.exit, exitOf(3, 5))
    await expect.poll(() => sent).toEqual([frameTypes.start, frameTypes.ping])
    says(frameTypes.pong, Uint8Array.from([0]))
    await expect(result).resolves.toMatchObject({ exitCode: 3, stdoutBytes: 5 })
    expect(broken).toEqual([])
  })

  it("passes the end of a command on when the kernel's log is shown", async () => {
    const logs: string[] = []
    const shown = Promise.withResolvers<void>()
    const { says, result } = guest({ take: (log) => void logs.push(decodeText(log)), shown: () => shown.promise })
    let hasEnded = false
    void result.then(() => (hasEnded = true))
    says(frameTypes.kernelLog, encodeText('4,1,1,-;one\n'))
    says(frameTypes.kernelLog, encodeText('4,2,2,-;two\n'))
    says(frameTypes.exit, exitOf(0, 0))
    says(frameTypes.pong, Uint8Array.from([0]))
    await expect.poll(() => logs).toEqual(['4,1,1,-;one\n', '4,2,2,-;two\n'])
    expect(hasEnded).toBe(false)
    shown.resolve()
    await expect(result).resolves.toMatchObject({ exitCode: 0 })
  })

  it("passes no end of a command on when the kernel's log cannot be shown", async () => {
    const { says, result, broken } = guest({ take: () => {}, shown: () => Promise.reject(new Error('no such module')) })
    says(frameTypes.exit, exitOf(0, 0))
    says(frameTypes.pong, Uint8Array.from([0]))
    await expect(result).rejects.toThrow(/the guest went away/)
    expect(broken).toEqual(['what its kernel has logged is not known'])
  })

  it.each<[string, (says: ReturnType<typeof guest>['says']) => void, RegExp]>([
    [
      'an end of which the agent knows nothing',
      (says) => (says(frameTypes.exit, exitOf(0, 0)), says(frameTypes.pong, Uint8Array.from([1]))),
      /still running/,
    ],
    [
      'an EXIT that is cut short',
      (says) => (says(frameTypes.exit, u32(0)), says(frameTypes.pong, Uint8Array.from([0]))),
      /a message of 4 bytes/,
    ],
    [
      'an exit status of four bytes',
      (says) => (says(frameTypes.exit, u32(0xffffff00, 0, 0, 0, 0, 0, 0, 0)), says(frameTypes.pong)),
      /an exit status/,
    ],
    [
      'other numbers of bytes',
      (says) => (says(frameTypes.exit, exitOf(0, 1)), says(frameTypes.pong, Uint8Array.from([0]))),
      /other numbers of bytes/,
    ],
    ['credit that is cut short', (says) => says(frameTypes.credit, u32(0)), /a message of 4 bytes/],
    [
      'output after its end',
      (says) => (says(frameTypes.exit, exitOf(0, 0)), says(frameTypes.stdout, encodeText('x'))),
      /whose end it has sent/,
    ],
    [
      'output beyond its credit',
      (says) => {
        const block = new Uint8Array(maxGuestFrameBytes)
        // Nothing is written in between: no credit is given back.
        for (let bytes = 0; bytes <= streamWindow; bytes += block.length) says(frameTypes.stdout, block)
      },
      /more stdout than it has credit for/,
    ],
  ])('is closed for %s, and the command ends with VM_LOST', async (_title, speak, why) => {
    const { says, result, broken, channel } = guest()
    // All of it in one piece, before anything is written.
    channel.pause()
    speak(says)
    channel.resume()
    await expect(result).rejects.toMatchObject({ code: 'VM_LOST' })
    expect(broken).toEqual([expect.stringMatching(why)])
    expect(channel.destroyed).toBe(true)
  })

  it('is closed for a frame that claims four gigabytes', async () => {
    const { channel, broken, result } = guest()
    const header = encodeFrame(frameTypes.stdout, 1)
    new DataView(header.buffer).setUint32(0, 2 ** 32 - 1, true)
    channel.push(Buffer.from(header))
    await expect(result).rejects.toMatchObject({ code: 'VM_LOST' })
    expect(broken).toEqual(['a frame of 4294967295 bytes, where 32768 are the most'])
  })

  it('is closed when the guest asks and does not take what it asked for', async () => {
    const broken: string[] = []
    // It never takes anything.
    const channel = new Duplex({ read() {}, write() {} })
    const link = createAgentLink({
      channel,
      monotonicMs,
      onGuestFrame: () => link.send(frameTypes.clock, new Uint8Array(1024 * 1024)),
      maxBytes: maxGuestFrameBytes,
      onBroken: (why) => broken.push(why),
    })
    for (let asked = 0; asked < 200; asked++) channel.push(Buffer.from(encodeFrame(frameTypes.clock)))
    await link.closed
    expect(broken).toEqual(['it takes nothing of what it asks for'])
  })
})
