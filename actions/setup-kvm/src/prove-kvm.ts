import type { Action } from '@kernelkit/action-kit'
import { probeKvm, qemuVersion, type KvmAnswer, type Store } from '@kernelkit/host'
import type { Setup } from './read-setup.ts'

export interface Proof extends KvmAnswer {
  readonly qemuVersion: string
}

/** Runs a guest of a few instructions under KVM: that /dev/kvm opens proves nothing. */
export async function proveKvm({ host, signal }: Action, store: Store, { arch }: Setup): Promise<Proof> {
  const qemu = arch.qemuBinary
  const version = await qemuVersion(host, store, qemu)
  const answer = await probeKvm(host, store, qemu, arch, { signal })
  host.log.info(`QEMU ${version}: ${answer.accel}, ${answer.reason} (${answer.seconds.toFixed(1)} s)`)
  return { ...answer, qemuVersion: version }
}
