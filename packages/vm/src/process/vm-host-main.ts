import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { nodeHost } from '@kernelkit/host'
import type { VmRequest } from '../vm.ts'
import type { DetachedAnswer } from './detached-vm.ts'
import { startVm } from './start-vm.ts'

/** Entry of a VM host process: starts the VM of `request.json`, answers over descriptor 3, stays until the VM ends. */
async function main(): Promise<void> {
  const host = nodeHost()
  const answers = host.fs.createWriteStream('', { fd: 3 })
  const say = (answer: DetachedAnswer) => new Promise<void>((resolve) => answers.end(JSON.stringify(answer), () => resolve()))
  const stop = new AbortController()
  // SIGHUP is the end of somebody's terminal: this process has none.
  process.on('SIGHUP', () => {})
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort(new Error(signal)))
  try {
    const path = join(process.argv[2] ?? '', 'request.json')
    // Written by startDetachedVm into a folder that only this user may enter.
    const request = JSON.parse(await host.fs.readFile(path, 'utf8')) as VmRequest
    const vm = await startVm(request, host, { signal: stop.signal })
    await say({ ok: true })
    await vm.exited
  } catch (error) {
    process.exitCode = 1
    if (error instanceof UserError)
      await say({ ok: false, code: error.code, message: error.message, hint: error.hint ?? null, verdict: error.verdict })
    else await say({ ok: false, crash: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

await main()
