import { connect } from 'node:net'
import { UserError, command, message } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import type { SshAccess } from './make-ssh-access.ts'

/**
 * Waits until the server has said `SSH-2.0-…`. QEMU accepts on the forwarded port before the guest listens, and
 * a connection made before the guest's card is up stalls for seconds: the first try is short. Each silent one is followed by
 * a longer one, because a try that is given up has cost a slow guest as much as an answer: many of them and it never answers.
 */
export async function waitForSsh(
  access: SshAccess,
  options: { readonly host: Host; readonly limitMs: number; readonly signal?: AbortSignal },
): Promise<void> {
  const { host } = options
  const until = host.monotonicMs() + options.limitMs
  let seen = ''
  let tryMs = shortestTryMs
  while (host.monotonicMs() < until) {
    options.signal?.throwIfAborted()
    seen = await readBanner(access, tryMs)
    if (seen.startsWith('SSH-')) return
    if (seen === silent) tryMs = Math.min(2 * tryMs, longestTryMs)
    await host.sleep(100, options.signal)
  }
  throw new UserError(
    'VM_NO_SSH',
    `no ssh server answered at ${access.address}:${access.port} within ${options.limitMs / 1000} s (last: ${seen}).`,
    {
      hint: message`Read /run/kernelkit/sshd.log in the guest with ${command('kernelkit exec')}; the root needs /usr/sbin/sshd, and the guest a network card.`,
      details: { address: access.address, port: access.port },
    },
  )
}

const shortestTryMs = 1000
// Longer than QEMU's user network takes to ask the guest again (about 6 s).
const longestTryMs = 16_000

const silent = 'connected, but silent'

function readBanner(access: SshAccess, tryMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: access.address, port: access.port })
    const end = (text: string) => {
      socket.destroy()
      resolve(text)
    }
    socket.setTimeout(tryMs, () => end(silent))
    socket.once('data', (chunk) => end(chunk.toString('latin1')))
    socket.once('error', (error) => end(error.message))
    socket.once('close', () => end('closed at once'))
  })
}
