import { hostArch, type AccelName, type Arch } from '@kernelkit/core/arch'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import type { PlanServices } from './services.ts'

export interface Acceleration {
  readonly accel: AccelName
  readonly reason: string
  readonly probeSeconds: number
}

interface AccelInput {
  readonly host: Host
  readonly services: PlanServices
  readonly spec: Pick<VmSpec, 'accel'>
  readonly qemu: string
  readonly arch: Arch
}

/** KVM when a probe guest has run under it, else TCG and why; `--accel kvm` refuses to fall back. */
export async function chooseAccel({ host, services, spec, qemu, arch }: AccelInput): Promise<Acceleration> {
  if (spec.accel === 'tcg') return { accel: 'tcg', reason: 'as asked', probeSeconds: 0 }
  if (!arch.nativeHosts.includes(host.nodeArch)) {
    const reason = `KVM runs only the host's own architecture (${hostArch(host.nodeArch)})`
    if (spec.accel === 'kvm')
      throw new UserError('KVM_NOT_USABLE', message`${option('accel', 'kvm')}: ${reason}.`, {
        hint: message`Use ${option('accel', 'auto')}.`,
      })
    return { accel: 'tcg', reason, probeSeconds: 0 }
  }
  const probe = await services.probeKvm(qemu, arch)
  if (probe.accel === 'kvm') return { accel: 'kvm', reason: probe.reason, probeSeconds: probe.seconds }
  if (spec.accel === 'kvm') {
    throw new UserError('KVM_NOT_USABLE', message`${option('accel', 'kvm')}: ${probe.reason}.`, {
      hint: message`Use ${option('accel', 'auto')}, or see ${command('kernelkit doctor', { action: 'the setup-kvm action' })}.`,
      details: { reason: probe.reason },
    })
  }
  return { accel: 'tcg', reason: probe.reason, probeSeconds: probe.seconds }
}
