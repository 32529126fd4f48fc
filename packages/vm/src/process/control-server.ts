import { createServer, type Socket } from 'node:net'
import {
  createFrameDecoder,
  encodeFrame,
  encodeKill,
  encodeText,
  decodeText,
  frameTypes,
  maxFrameBytes,
  type Frame,
} from '@kernelkit/core/agent'
import type { Host } from '@kernelkit/host'
import type { AgentSession } from './agent-link.ts'
import type { OwnedVm } from './start-qemu.ts'

export interface ControlServer extends AsyncDisposable {
  readonly path: string
}

// Numbers of signal(7) in the guest.
const sighup = 1
const sigkill = 9
/** A command whose client has gone gets this long after SIGHUP. */
const orphanMs = 2000

/** Serves the clients of a VM (exec, ssh, gdb, stop) on a unix socket: the agent's frames passed through, and requests as JSON. */
export async function serveControl(options: { readonly path: string; readonly vm: OwnedVm; readonly host: Host }): Promise<ControlServer> {
  const { path, vm } = options
  const clients = new Set<Socket>()
  // What clients must still receive when the VM has ended: its last events, answers to their requests.
  const unsent = new Set<Promise<unknown>>()
  const track = (work: Promise<unknown>) => {
    unsent.add(work)
    void work.finally(() => unsent.delete(work))
  }
  const server = createServer((socket) => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    serveClient(socket, vm, track)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  // The VM keeps the process alive, not this socket.
  server.unref()
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(unsent)
      // What is written reaches a client before its connection ends.
      for (const client of clients) client.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function serveClient(socket: Socket, vm: OwnedVm, track: (work: Promise<unknown>) => void): void {
  const decode = createFrameDecoder(maxFrameBytes)
  const sessions = new Map<number, AgentSession>()
  const send = (type: number, session = 0, data?: Uint8Array) => {
    if (socket.writable) socket.write(encodeFrame(type, session, data))
  }
  const reply = (id: unknown, answer: Readonly<Record<string, unknown>>) =>
    send(frameTypes.reply, 0, encodeText(JSON.stringify({ id, ...answer })))

  const openSession = (theirs: number): AgentSession | undefined => {
    const session = vm.link?.open(
      (frame) => {
        send(frame.type, theirs, frame.data)
        if (frame.type !== frameTypes.exit && frame.type !== frameTypes.refused) return
        session?.release()
        sessions.delete(theirs)
      },
      () => sessions.delete(theirs),
    )
    if (session !== undefined) sessions.set(theirs, session)
    return session
  }
  const watch = (what: Readonly<Record<string, unknown>>) => {
    if (what['events'] !== undefined) track(forwardEvents(vm, socket, what['events'] === 'all'))
    if (what['console'] === true) vm.console.on('data', onConsole)
    if (what['terminal'] === true) vm.terminal?.on('data', onTerminal)
  }
  const onConsole = (chunk: Buffer) => send(frameTypes.consoleBytes, 0, chunk)
  const onTerminal = (chunk: Buffer) => send(frameTypes.terminalBytes, 0, chunk)
  const take = (frame: Frame) => {
    if (frame.session !== 0) {
      const session = sessions.get(frame.session) ?? (frame.type === frameTypes.start ? openSession(frame.session) : undefined)
      session?.send(frame.type, frame.data)
    } else if (frame.type === frameTypes.request) {
      const { id, method, params } = JSON.parse(decodeText(frame.data)) as {
        id: number
        method: string
        params: Readonly<Record<string, unknown>>
      }
      if (method === 'watch') return watch(params)
      track(
        answer(vm, method, params).then(
          (result) => reply(id, { result: result ?? null }),
          (error: unknown) => reply(id, { error: error instanceof Error ? error.message : String(error) }),
        ),
      )
    } else if (frame.type === frameTypes.consoleBytes) {
      vm.console.write(frame.data)
    } else if (frame.type === frameTypes.terminalBytes) {
      vm.terminal?.write(frame.data)
    }
  }

  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of decode(chunk)) take(frame)
    } catch {
      socket.destroy()
    }
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    vm.console.off('data', onConsole)
    vm.terminal?.off('data', onTerminal)
    // No client waits for these commands any more: they get what a closed terminal gives.
    for (const session of sessions.values()) {
      session.send(frameTypes.kill, encodeKill(sighup))
      session.send(frameTypes.close)
      setTimeout(() => session.send(frameTypes.kill, encodeKill(sigkill)), orphanMs).unref()
    }
    sessions.clear()
  })
}

/** Events from the first on; a client that only runs a command is spared the console's lines. */
async function forwardEvents(vm: OwnedVm, socket: Socket, withConsole: boolean): Promise<void> {
  for await (const event of vm.events) {
    if (socket.destroyed) return
    if (event.type === 'console' && !withConsole) continue
    socket.write(encodeFrame(frameTypes.event, 0, encodeText(JSON.stringify(event))))
  }
}

async function answer(vm: OwnedVm, method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  switch (method) {
    case 'qmp':
      return vm.qmp(String(params['command']), params['args'] as Readonly<Record<string, unknown>> | undefined)
    case 'stop':
      vm.noteStop()
      return vm.stop(params['how'] === 'kill' ? 'kill' : 'poweroff')
    case 'console-written':
      return vm.consoleWritten()
    case 'dump':
      return vm.dump(String(params['letters']))
    default:
      throw new Error(`this VM host process does not know the request '${method}'`)
  }
}
