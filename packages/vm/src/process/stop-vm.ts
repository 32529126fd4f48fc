import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { connectVm } from './connect-vm.ts'
import { warnOfDropped } from './guest-artifacts.ts'
import { listVms, sweepVms, type VmState } from './vm-state.ts'

/** A guest that ignores its power-off is killed by its owner after 15 s; an owner that does not answer by then is killed here. */
const ownerLimitMs = 20_000

/** Ends a VM of another process, whatever state its owner is in, and waits until nothing of it is left. Warns of what was dropped from its artifacts. */
export async function stopVm(state: VmState, host: Host, how: 'kill' | 'poweroff'): Promise<void> {
  await endOwner(state, host, how)
  await warnOfDropped(host, state.console)
}

async function endOwner(state: VmState, host: Host, how: 'kill' | 'poweroff'): Promise<void> {
  const limit = new AbortController()
  try {
    await using vm = await connectVm(state, host)
    await Promise.race([vm.stop(how), host.sleep(ownerLimitMs, limit.signal).catch(() => {})])
  } catch (error) {
    // It ended meanwhile, or does not answer: checked below.
    if (!(error instanceof UserError)) throw error
  } finally {
    limit.abort()
  }
  // The owner removes its directory when QEMU has ended.
  for (let tries = 0; tries < 40 && (await isListed(state, host)); tries++) await host.sleep(50)
  if (!(await isListed(state, host)) || state.owner === undefined) return
  host.log.warn(`the owner of ${state.name} (pid ${state.owner.pid}) does not answer: killing it`)
  process.kill(state.owner.pid, 'SIGKILL')
  for (let tries = 0; tries < 40 && (await isListed(state, host)); tries++) await host.sleep(50)
  await sweepVms(host)
}

async function isListed(state: VmState, host: Host): Promise<boolean> {
  return (await listVms(host)).some((vm) => vm.id === state.id)
}
