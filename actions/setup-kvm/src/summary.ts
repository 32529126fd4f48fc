import { renderTable } from '@kernelkit/action-kit'
import type { Proof } from './prove-kvm.ts'
import type { Setup } from './read-setup.ts'

export interface SetupFacts {
  readonly installed: readonly string[]
  readonly proof: Proof | undefined
}

/** What guests will run under, and what was installed. */
export function renderSetupSummary({ arch }: Setup, { installed, proof }: SetupFacts): string {
  const rows = [
    ...(proof === undefined
      ? []
      : [
          [`guests (${arch.name})`, `${proof.accel}: ${proof.reason}`],
          ['QEMU', proof.qemuVersion],
        ]),
    ['installed', installed.length === 0 ? 'nothing, all was there' : installed.join(' ')],
  ]
  return `### kernelkit is set up\n\n${renderTable(['', ''], rows)}\n`
}
