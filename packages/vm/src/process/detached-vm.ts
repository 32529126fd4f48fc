import { join } from 'node:path'
import { Readable } from 'node:stream'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { vmHostProgram } from '../package-directory.ts'
import type { VmRequest } from '../vm.ts'
import { connectVm, type VmClient } from './connect-vm.ts'
import { receivedError, type DetachedAnswer } from './detached-answer.ts'

/**
 * Starts a VM in a process of its own that outlives this one, and connects to it. QEMU is started by that process, so
 * that nothing is handed over; it inherits no stdio, and its environment with RUNNER_TRACKING_ID is ours.
 */
export async function startDetachedVm(request: VmRequest, host: Host, options: { readonly signal?: AbortSignal } = {}): Promise<VmClient> {
  options.signal?.throwIfAborted()
  await host.fs.writeAtomic(join(request.directory, 'request.json'), JSON.stringify(request), 0o600)
  const logPath = join(request.directory, 'vm-host.log')
  await using log = await host.fs.open(logPath, 'a', 0o600)
  const child = host.spawn([process.execPath, vmHostProgram, request.directory], {
    // Own session: a closed terminal or Ctrl-C of the caller does not reach it.
    detached: true,
    cwd: request.directory,
    stdio: ['ignore', log.fd, log.fd, 'pipe'],
  })
  const answers: unknown = child.stdio[3]
  if (!(answers instanceof Readable)) throw new TypeError('no channel to the VM host process')
  // Interrupted before it has answered: it ends, and ends all that it has started.
  const abort = () => child.kill('SIGTERM')
  options.signal?.addEventListener('abort', abort, { once: true })
  const text = await readAll(answers)
  options.signal?.removeEventListener('abort', abort)
  options.signal?.throwIfAborted()
  child.unref()
  if (text === '') {
    const logged = (await host.fs.readFile(logPath, 'utf8').catch(() => '')).trim().split('\n').slice(-20).join('\n')
    throw new UserError('VM_LOST', `the VM host process ended before it answered.${logged === '' ? '' : `\n${logged}`}`, {
      verdict: 'infra-fail',
      hint: message`Run it again without ${option('keep')} to see more.`,
    })
  }
  const answer = JSON.parse(text) as DetachedAnswer
  if (answer.ok) return connectVm(request.launch.id, host, { events: 'all' })
  throw receivedError(answer)
}

async function readAll(stream: Readable): Promise<string> {
  let text = ''
  try {
    for await (const chunk of stream) text += String(chunk)
  } catch {
    // The process died: what it wrote until then counts.
  }
  return text
}
