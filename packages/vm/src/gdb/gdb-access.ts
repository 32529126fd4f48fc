import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createGdbFilter } from '@kernelkit/core/gdb'
import { UserError, message, option } from '@kernelkit/core/errors'
import { gdbSocketName, gdbStub, type QemuLaunch } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'

/** Makes the place of the stub's socket, and opens the port that was asked for. */
export async function openGdbAccess(host: Pick<Host, 'fs'>, { gdb, runtimeDirectory }: QemuLaunch): Promise<AsyncDisposable> {
  await host.fs.mkdir(join(runtimeDirectory, gdbStub.directory), { mode: 0o700 })
  if (gdb?.kind !== 'tcp') {
    await host.fs.symlink(gdbStub.socket, join(runtimeDirectory, gdbSocketName))
    return { [Symbol.asyncDispose]: async () => {} }
  }
  return servePort(gdb.port, join(runtimeDirectory, gdbStub.socket))
}

/** A port of this machine that leads to the stub, without monitor commands: every user of the machine can connect. */
async function servePort(port: number, stub: string): Promise<AsyncDisposable> {
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    clients.add(client)
    client.on('close', () => clients.delete(client))
    passOn(client, connect(stub))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new UserError('PORT_TAKEN', `port 127.0.0.1:${port} cannot be used for gdb: ${cause.message}.`, {
          hint: message`Choose another port, or write ${option('gdb')} without one: a socket is used then.`,
          details: { port },
          cause,
        }),
      ),
    )
    server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve)
  })
  // The VM keeps the process alive.
  server.unref()
  return {
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function passOn(client: Socket, stub: Socket): void {
  const filter = createGdbFilter()
  const close = () => {
    client.destroy()
    stub.destroy()
  }
  client.on('data', (chunk: Buffer) => {
    try {
      const { forward, reply } = filter(chunk)
      if (forward.length > 0) stub.write(forward)
      if (reply.length > 0) client.write(reply)
    } catch {
      close()
    }
  })
  stub.pipe(client)
  for (const socket of [client, stub]) socket.on('error', close).on('close', close)
}
