import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import type { VmRequest } from '../vm.ts'
import { failureAnswer, type DetachedAnswer } from './detached-answer.ts'
import { startVm } from './start-vm.ts'

/** Entry of a VM host process: starts the VM of `request.json`, answers over descriptor 3, stays until the VM ends. */
async function main(): Promise<void> {
  const host = nodeHost()
  const answers = host.fs.createWriteStream('', { fd: 3 })
  const send = (answer: DetachedAnswer) => new Promise<void>((resolve) => answers.end(JSON.stringify(answer), () => resolve()))
  const stop = new AbortController()
  // SIGHUP reports the end of a terminal: this process has none.
  process.on('SIGHUP', () => {})
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort(new Error(signal)))
  try {
    const path = join(process.argv[2] ?? '', 'request.json')
    // Written by startDetachedVm into a directory that only this user may enter.
    const request = JSON.parse(await host.fs.readFile(path, 'utf8')) as VmRequest
    const vm = await startVm(request, host, { signal: stop.signal })
    await send({ ok: true })
    await vm.exited
  } catch (error) {
    process.exitCode = 1
    await send(failureAnswer(error))
  }
}

await main()
