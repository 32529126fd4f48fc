import { Writable } from 'node:stream'
import type { Host } from '@kernelkit/host'
import type { Vm } from '../vm.ts'

// It has started all that it wanted to, or some of it failed (systemctl(1), is-system-running): nothing more will come.
const settled = ['running', 'degraded', 'maintenance', 'stopping']

const pollMs = 200

/** Waits until systemd has finished starting; before its socket exists systemctl fails at once, so it is asked again. */
export async function systemIsUp(host: Host, vm: Vm): Promise<void> {
  for (;;) {
    const answer = await outputOf(vm, ['systemctl', 'is-system-running', '--wait']).catch(() => '')
    if (settled.includes(answer.trim())) return
    await host.sleep(pollMs)
  }
}

async function outputOf(vm: Vm, argv: readonly string[]): Promise<string> {
  const chunks: Buffer[] = []
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  await vm.exec({ argv, stdout }).result
  return Buffer.concat(chunks).toString('utf8')
}
