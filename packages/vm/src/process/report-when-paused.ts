import type { Host } from '@kernelkit/host'
import type { Vm } from '../vm.ts'

// A command that answers within a second needs no explanation; later a debugger may stop the guest at any time.
const firstLookMs = 1000
const laterLooksMs = 5000

export interface PausedInput {
  readonly host: Pick<Host, 'sleep'>
  readonly vm: Pick<Vm, 'qmp'>
  /** Called once, with QEMU's word for the state: `paused`, `debug`, `prelaunch`. */
  readonly report: (status: string) => void
  readonly signal: AbortSignal
}

/** Checks whether the guest is paused under a running command: nothing in it can answer then. Ends with the signal. */
export async function reportWhenPaused({ host, vm, report, signal }: PausedInput): Promise<void> {
  try {
    for (let waitMs = firstLookMs; !signal.aborted; waitMs = laterLooksMs) {
      await host.sleep(waitMs, signal)
      const answer = await vm.qmp('query-status')
      if (typeof answer !== 'object' || answer === null || !('running' in answer) || answer.running !== false) continue
      const status = 'status' in answer && typeof answer.status === 'string' ? answer.status : 'paused'
      if (!signal.aborted) report(status)
      return
    }
  } catch {
    // The command has ended, or the VM is gone: the result of the command says so.
  }
}
