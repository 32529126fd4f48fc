import type { Host } from '@kernelkit/host'
import { collectOutput } from '../process/collect-output.ts'
import type { Vm } from '../vm.ts'

// It has started all that it wanted to, or some of it failed (systemctl(1), is-system-running): nothing more will come.
const settled = ['running', 'degraded', 'maintenance', 'stopping']

// Each try is a process in the guest.
const pollMs = 200

/** The guest has no systemd to wait for. */
export interface NoSystemd {
  readonly kind: 'no-systemd'
  readonly why: string
}

/** Waits until systemd has finished starting; before its socket exists systemctl fails at once, so it is asked again. */
export async function systemIsUp(host: Host, vm: Vm, signal: AbortSignal): Promise<'up' | NoSystemd> {
  while (!signal.aborted) {
    // Without an answer the VM is ending: whoever waits for that decides, and aborts this.
    const { exitCode, text } = await outputOf(vm, ['systemctl', 'is-system-running', '--wait']).catch(() => ({
      exitCode: undefined,
      text: '',
    }))
    if (settled.includes(text.trim())) return 'up'
    if (exitCode === 127) return { kind: 'no-systemd', why: 'it has no systemctl, so its init is not systemd' }
    await host.sleep(pollMs, signal).catch(() => {})
  }
  return 'up'
}

async function outputOf(vm: Vm, argv: readonly string[]): Promise<{ readonly exitCode: number; readonly text: string }> {
  const output = collectOutput()
  const { exitCode } = await vm.exec({ argv, stdout: output.stdout }).result
  return { exitCode, text: output.texts().stdout }
}
