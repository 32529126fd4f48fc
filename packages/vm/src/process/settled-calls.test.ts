import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { nodeHost, ownIdentity } from '@kernelkit/host'
import { afterAll, describe, expect, it } from 'vitest'
import { createAgentLink } from './agent-link.ts'
import { connectVm } from './connect-vm.ts'
import { createQmpClient } from './qmp-client.ts'
import { runSession } from './run-session.ts'
import { reserveVm, writeVmState, type VmState } from './vm-state.ts'

const monotonicMs = () => performance.now()
const shareOf = () => undefined
const silent = () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })

describe('a guest that has gone', () => {
  it.each(['close', 'end'] as const)('ends a command that begins after the channel’s %s with VM_LOST', async (how) => {
    const channel = silent()
    const link = createAgentLink({ channel, monotonicMs, onGuestFrame: () => {} })
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
    await new Promise<void>((resolve) => void server.listen(join(place.folder, 'control.sock'), resolve))
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
