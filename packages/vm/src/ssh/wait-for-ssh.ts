import { connect } from 'node:net'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import type { SshAccess } from './make-ssh-access.ts'

/**
 * Waits until the server has said `SSH-2.0-…`. QEMU accepts on the forwarded port before anybody listens in the guest, and
 * a connection made too early stalls for seconds: each try is short and reads.
 */
export async function waitForSsh(
  access: SshAccess,
  options: { readonly host: Host; readonly limitMs: number; readonly signal?: AbortSignal },
): Promise<void> {
  const { host } = options
  const until = host.monotonicMs() + options.limitMs
  let seen = ''
  while (host.monotonicMs() < until) {
    options.signal?.throwIfAborted()
    seen = await readBanner(access)
    if (seen.startsWith('SSH-')) return
    await host.sleep(100, options.signal)
  }
  throw new UserError(
    'VM_NO_SSH',
    `no ssh server answered at ${access.address}:${access.port} within ${options.limitMs / 1000} s (last: ${seen}).`,
    {
      hint: 'read /run/kernelkit/sshd.log in the guest with `kernelkit exec`; the root needs /usr/sbin/sshd and a network card.',
      details: { address: access.address, port: access.port },
    },
  )
}

// QEMU accepts the connection before the guest's server is there: silence means that it is not.
const tryMs = 1000

function readBanner(access: SshAccess): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: access.address, port: access.port })
    const end = (text: string) => {
      socket.destroy()
      resolve(text)
    }
    socket.setTimeout(tryMs, () => end('connected, but silent'))
    socket.once('data', (chunk) => end(chunk.toString('latin1')))
    socket.once('error', (error) => end(error.message))
    socket.once('close', () => end('closed at once'))
  })
}
