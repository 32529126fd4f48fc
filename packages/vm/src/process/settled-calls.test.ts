import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { nodeHost, ownIdentity } from '@kernelkit/host'
import { createFrameDecoder, encodeFrame, frameTypes, maxFrameBytes } from '@kernelkit/core/agent'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAgentLink } from './agent-link.ts'
import { connectVm } from './connect-vm.ts'
import { createTrouble } from './host-failure.ts'
import { createQmpClient } from './qmp-client.ts'
import { runSession } from './run-session.ts'
import { reserveVm, writeVmState, type VmState } from './vm-state.ts'

const monotonicMs = () => performance.now()
const shareOf = () => undefined
const silent = () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })

describe('a guest that has gone', () => {
  it.each(['close', 'end'] as const)('ends a command that begins after the channel’s %s with VM_LOST', async (how) => {
    const channel = silent()
    const link = createAgentLink({ channel, monotonicMs, onGuestFrame: () => {}, maxBytes: maxFrameBytes })
    channel.resume()
    if (how === 'close') channel.destroy()
    else channel.push(null)
    await link.closed
    const { result } = runSession({ argv: ['true'] }, { link, ready: Promise.resolve(), monotonicMs, shareOf })
    await expect(result).rejects.toMatchObject({ code: 'VM_LOST' })
  })

  it.each(['close', 'end'] as const)('rejects a QMP command under way at the %s, and every later one', async (how) => {
    const channel = silent()
    const qmp = createQmpClient(channel, () => {})
    const early = qmp.execute('query-status')
    if (how === 'close') channel.destroy()
    else channel.push(null)
    await expect(early).rejects.toThrow('QEMU ended before it answered query-status')
    await expect(qmp.ready).rejects.toThrow('QEMU ended before it was ready')
    await expect(qmp.execute('query-status')).rejects.toThrow('QEMU is gone')
  })
})

describe('a guest that says nothing more', () => {
  const limits = { bootMs: 60_000, answerMs: 30_000 }
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  interface Says {
    readonly answers: boolean
    readonly ready?: Promise<unknown>
    readonly isLost?: boolean
  }

  function session({ answers, ready = Promise.resolve(), isLost = false }: Says) {
    const decode = createFrameDecoder(maxFrameBytes)
    const channel: Duplex = new Duplex({
      read() {},
      write(chunk: Uint8Array, _encoding, done) {
        for (const { type, session: id } of decode(chunk)) {
          if (answers && type === frameTypes.ping) setTimeout(() => channel.push(encodeFrame(frameTypes.pong, id)), 5)
        }
        done()
      },
    })
    const trouble = createTrouble()
    const link = createAgentLink({ channel, monotonicMs, onGuestFrame: () => {}, maxBytes: maxFrameBytes })
    const { result } = runSession(
      { argv: ['true'] },
      { link, ready, monotonicMs, shareOf, trouble, silence: { ...limits, isLost: async () => isLost } },
    )
    let settled: unknown
    const settle = (outcome: unknown) => {
      settled = outcome
    }
    void result.then(settle, settle)
    return { channel, trouble, settled: () => settled }
  }

  it('ends the wait for its command, and for one that it never took', async () => {
    const started = session({ answers: false })
    const never = session({ answers: false, ready: new Promise(() => {}) })
    await vi.advanceTimersByTimeAsync(29_000)
    expect([started.settled(), never.settled()]).toEqual([undefined, undefined])
    await vi.advanceTimersByTimeAsync(2000)
    expect(started.settled()).toMatchObject({
      code: 'VM_LOST',
      message: expect.stringMatching(/^the guest has not answered for 3\d s/) as string,
    })
    expect(never.settled()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(never.settled()).toMatchObject({ code: 'VM_LOST', verdict: 'boot-fail' })
  })

  it('is given up at once when its console says that it has panicked, but not while it answers', async () => {
    const lost = session({ answers: false, isLost: true })
    const answering = session({ answers: true, isLost: true })
    await vi.advanceTimersByTimeAsync(8000)
    expect(lost.settled()).toMatchObject({ code: 'VM_LOST' })
    expect(answering.settled()).toBeUndefined()
    answering.channel.destroy()
    await vi.advanceTimersByTimeAsync(0)
  })

  it('is waited for while its agent answers, and while a debugger holds it', async () => {
    const answering = session({ answers: true })
    const held = session({ answers: false })
    held.trouble.note(undefined, 'STOP')
    await vi.advanceTimersByTimeAsync(3600_000)
    expect([answering.settled(), held.settled()]).toEqual([undefined, undefined])
    held.trouble.note(undefined, 'RESUME')
    await vi.advanceTimersByTimeAsync(31_000)
    expect(held.settled()).toMatchObject({ code: 'VM_LOST' })
    answering.channel.destroy()
    await vi.advanceTimersByTimeAsync(0)
    expect(answering.settled()).toMatchObject({ code: 'VM_LOST' })
  })
})

describe('a client of a VM whose process has gone', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kernelkit-test-'))
  const host = nodeHost({ env: { ...process.env, XDG_RUNTIME_DIR: root } })
  afterAll(() => rm(root, { recursive: true, force: true }))

  it('settles everything that was asked of it before and is asked afterwards', async () => {
    const place = await reserveVm(host, {})
    const owner = await ownIdentity(host)
    if (owner === undefined) throw new Error('no /proc here')
    const state = { ...place, owner, startedAt: 0, qemuPid: process.pid, agent: true, terminal: true, facts: {}, console: '/c' }
    await writeVmState(state as unknown as VmState, host)
    const sockets: Socket[] = []
    const server = createServer((socket) => void sockets.push(socket))
    await new Promise<void>((resolve) => void server.listen(join(place.directory, 'control.sock'), resolve))
    const vm = await connectVm(place.id, host)
    const early = [vm.exec({ argv: ['true'] }).result, vm.qmp('query-status')].map((call) =>
      call.then(String, (error: { code: string }) => error.code),
    )
    await expect.poll(() => sockets.length).toBe(1)
    sockets[0]?.destroy()
    server.close()
    const stopped = vm.stop('kill')
    expect(await Promise.all(early)).toEqual(['VM_LOST', 'VM_LOST'])
    expect(await stopped).toMatchObject({ exitCode: undefined })
    expect(await vm.exited).toMatchObject({ exitCode: undefined })
    await expect(vm.exec({ argv: ['true'] }).result).rejects.toMatchObject({ code: 'VM_LOST' })
    await expect(vm.qmp('query-status')).rejects.toMatchObject({ code: 'VM_LOST' })
    await vm.stop('kill')
    vm.dump('t')
    for await (const event of vm.events) throw new Error(`no event was sent, but ${event.type} came`)
    await vm[Symbol.asyncDispose]()
    await expect(vm.exec({ argv: ['true'] }).result).rejects.toMatchObject({ code: 'VM_LOST' })
  })
})
