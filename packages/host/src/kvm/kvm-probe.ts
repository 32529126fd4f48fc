import { join } from 'node:path'
import type { AccelName, Arch } from '@kernelkit/core/arch'
import type { Host } from '../host.ts'
import { kvmDeviceAccess } from './kvm-device.ts'
import type { ProbeVariant } from './probe-guest.ts'
import { bootId } from '../process/process-identity.ts'
import { qemuVersion } from './qemu-version.ts'
import type { Store } from '../store/store.ts'

/** The finding, for programs; `reason` is for people. */
export type KvmCode =
  /** A guest has run under it. */
  | 'works'
  /** There is no /dev/kvm, or no driver serves it. */
  | 'no-device'
  /** It exists, but this user may not open it. */
  | 'no-permission'
  /** It opens, but a guest does not run under it. */
  | 'fails-probe'
  /** This host's KVM runs guests of another architecture. */
  | 'other-arch'

/** Which accelerator to use, and why. */
export interface KvmAnswer {
  readonly accel: AccelName
  readonly code: KvmCode
  /** One line for people. */
  readonly reason: string
  /** How long it took to find out, now. */
  readonly seconds: number
}

export interface ProbeKvmOptions {
  readonly signal?: AbortSignal | undefined
  /** Run the probe guest although an answer of this boot is known. */
  readonly fresh?: boolean
  /** For tests of the success path. */
  readonly variant?: ProbeVariant
}

const silenceValidMs = 10 * 60_000

export type Judged = Pick<KvmAnswer, 'accel' | 'code' | 'reason'>

/** Whether KVM can be used for guests of `arch`: proven by a guest that ran under it, never assumed. */
export async function probeKvm(
  host: Host,
  store: Store,
  qemu: string,
  arch: Pick<Arch, 'name' | 'nativeHosts' | 'kvmProbe'>,
  options: ProbeKvmOptions = {},
): Promise<KvmAnswer> {
  const startedMs = host.monotonicMs()
  const judged = await judge(host, store, qemu, arch, options)
  return { ...judged, seconds: (host.monotonicMs() - startedMs) / 1000 }
}

async function judge(
  host: Host,
  store: Store,
  qemu: string,
  arch: Pick<Arch, 'name' | 'nativeHosts' | 'kvmProbe'>,
  options: ProbeKvmOptions,
): Promise<Judged> {
  if (!arch.nativeHosts.includes(host.nodeArch)) {
    return { accel: 'tcg', code: 'other-arch', reason: `KVM of this ${host.nodeArch} host cannot run ${arch.name} guests` }
  }
  const variant = options.variant ?? arch.kvmProbe
  if (variant === undefined) return { accel: 'tcg', code: 'other-arch', reason: `no probe guest proves KVM for ${arch.name} guests` }
  const refused = await kvmDeviceAccess(host)
  if (refused !== undefined) return { accel: 'tcg', ...refused }
  const key = JSON.stringify([await bootId(host), await qemuVersion(host, store, qemu), host.uid, variant])
  const path = join(await store.workDirectory('state'), `kvm-${variant}-${host.uid}.json`)
  if (options.fresh !== true) {
    const known = await readAnswer(host, path, key)
    if (known !== undefined) return known
  }
  // Once per boot of the host: other runs do not load it.
  const { judgeOutcome, runProbeGuest } = await import('./probe-guest.ts')
  const outcome = await runProbeGuest(host, {
    qemu,
    accel: 'kvm',
    variant,
    signal: options.signal,
  })
  const judged = judgeOutcome(outcome)
  // Silence may come from a busy machine: not the final answer for this boot.
  const validUntilMs = outcome.kind === 'silent' ? host.now() + silenceValidMs : undefined
  // A store that can only be read: asked again next time.
  if (store.readOnly !== true) await host.fs.writeAtomic(path, `${JSON.stringify({ key, validUntilMs, ...judged })}\n`).catch(() => {})
  return judged
}

async function readAnswer(host: Host, path: string, key: string): Promise<Judged | undefined> {
  try {
    const value: unknown = JSON.parse(await host.fs.readFile(path, 'utf8'))
    if (typeof value !== 'object' || value === null) return undefined
    const { key: knownKey, validUntilMs, accel, code, reason } = value as Record<string, unknown>
    if (knownKey !== key || typeof reason !== 'string') return undefined
    if (typeof validUntilMs === 'number' && host.now() > validUntilMs) return undefined
    if (accel === 'kvm' && code === 'works') return { accel, code, reason }
    if (accel === 'tcg' && code === 'fails-probe') return { accel, code, reason }
    return undefined
  } catch {
    return undefined
  }
}
