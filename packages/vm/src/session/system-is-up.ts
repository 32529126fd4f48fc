import type { Host } from '@kernelkit/host'
import { collectOutput } from '../process/collect-output.ts'
import type { Vm } from '../vm.ts'

// It has started all that it wanted to, or some of it failed (systemctl(1), is-system-running): nothing more will come.
const settled = ['running', 'degraded', 'maintenance', 'stopping']

// Each try is a process in the guest.
const pollMs = 200

/**
 * systemctl fails at once as long as systemd's socket is missing. On an emulated CPU starting it takes ten times as long as
 * starting a shell, and that is taken from the boot: the socket is looked for first.
 */
const askScript = `command -v systemctl > /dev/null || exit 127
[ -S /run/systemd/private ] || exit 1
exec systemctl is-system-running --wait`

/** The guest has no systemd to wait for. */
export interface NoSystemd {
  readonly kind: 'no-systemd'
  readonly why: string
}

/** Waits until systemd has finished starting. */
export async function systemIsUp(host: Host, vm: Vm, signal: AbortSignal): Promise<'up' | NoSystemd> {
  while (!signal.aborted) {
    // Without an answer the VM is ending: whoever waits for that decides, and aborts this.
    const { exitCode, text } = await outputOf(vm, ['/bin/sh', '-c', askScript]).catch(() => ({
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
