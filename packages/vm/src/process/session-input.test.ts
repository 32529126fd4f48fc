import { createReadStream } from 'node:fs'
import { Duplex, PassThrough, Readable } from 'node:stream'
import { createFrameDecoder, encodeFrame, frameTypes, maxFrameBytes, type Frame } from '@kernelkit/core/agent'
import { expect, it } from 'vitest'
import { createAgentLink } from './agent-link.ts'
import { runSession } from './run-session.ts'

const ready = Promise.resolve()
const monotonicMs = () => performance.now()
const shareOf = () => undefined

/** A session with a peer that notes what it is sent and answers only when a test says so. */
function conversation() {
  const seen: Frame[] = []
  const decode = createFrameDecoder(maxFrameBytes)
  const channel = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      seen.push(...decode(chunk))
      done()
    },
  })
  const link = createAgentLink({ channel, monotonicMs, onGuestFrame: () => {}, maxBytes: maxFrameBytes })
  const types = () => seen.map(({ type }) => type)
  return { channel, link, seen, types }
}

it.each<[string, () => Readable, RegExp]>([
  ['a file that does not exist', () => createReadStream('/no/such/file'), /ENOENT/],
  ['a directory', () => createReadStream('/tmp'), /EISDIR/],
  ['objects', () => Readable.from([{ not: 'bytes' }]), /not text or bytes/],
  ['numbers', () => Readable.from([1, 2]), /not text or bytes/],
  ['a stream that is closed before its end', closedStream, /closed before its end/],
  ['a stream that fails half-way', () => Readable.from(half()), /disk on fire/],
])('A command whose input is %s fails with that reason, is killed and sees no end of its input.', async (_title, open, reason) => {
  const { link, seen, types } = conversation()
  const { result } = runSession({ argv: ['cat'], stdin: open() }, { link, ready, monotonicMs, shareOf })
  await expect(result).rejects.toMatchObject({ code: 'STDIN_FAILED', message: expect.stringMatching(reason) as string })
  expect(types()).not.toContain(frameTypes.stdinEof)
  if (types().includes(frameTypes.start)) expect(seen.at(-1)).toMatchObject({ type: frameTypes.kill, data: Buffer.from([9, 0, 0, 0]) })
})

it('A stream that fails before the guest is ready fails the command without a start of it.', async () => {
  const { link, types } = conversation()
  const { result } = runSession(
    { argv: ['cat'], stdin: createReadStream('/no/such/file') },
    { link, ready: new Promise(() => {}), monotonicMs, shareOf },
  )
  await expect(result).rejects.toMatchObject({ code: 'STDIN_FAILED' })
  expect(types()).not.toContain(frameTypes.start)
})

it('A stream that fails after its command has ended changes nothing.', async () => {
  const { channel, link, types } = conversation()
  const stdin = new PassThrough()
  const { result } = runSession({ argv: ['true'], stdin }, { link, ready, monotonicMs, shareOf })
  await expect.poll(types).toContain(frameTypes.start)
  channel.push(encodeFrame(frameTypes.exit, 1, new Uint8Array(36)))
  expect(await result).toMatchObject({ exitCode: 0 })
  stdin.destroy(new Error('too late'))
  await new Promise((resolve) => void stdin.once('close', resolve))
})

function closedStream(): Readable {
  const stream = new PassThrough()
  stream.write('half')
  setImmediate(() => stream.destroy())
  return stream
}

function* half(): Generator<string> {
  yield 'half'
  throw new Error('disk on fire')
}
