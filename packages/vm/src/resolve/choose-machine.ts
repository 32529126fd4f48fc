import { UserError } from '@kernelkit/core/errors'
import { microvmSlots } from '@kernelkit/core/qemu'
import type { KernelOptions } from './kernel-options.ts'

export interface MachineInput {
  readonly asked: 'auto' | 'microvm' | 'q35' | 'pc'
  readonly options: KernelOptions
  readonly virtioDevices: number
  /** Words of --qemu-arg, which may add PCI devices. */
  readonly qemuArgs: readonly string[]
  readonly accel: 'kvm' | 'tcg'
  readonly cpus: number
  /** QEMU has the firmware qboot. */
  readonly hasQboot: boolean
  readonly tscKhz: number | undefined
}

export interface MachineChoice {
  readonly machine: 'microvm' | 'q35' | 'pc'
  readonly why: string
  readonly firmware?: 'qboot'
  /** The machine's HPET or PIT ticks instead of the APIC timer. */
  readonly noApicTimer?: boolean
}

/** The fastest machine that this kernel has drivers for. */
export function chooseMachine(input: MachineInput): MachineChoice {
  const obstacle = microvmObstacle(input)
  if (input.asked === 'microvm' && obstacle !== undefined && input.options.source !== undefined) {
    throw new UserError('BAD_OPTION', `--machine microvm does not fit: ${obstacle}.`, {
      hint: 'leave --machine out to get the fastest one that fits.',
    })
  }
  if (input.asked !== 'auto') return { machine: input.asked, why: 'as asked' }
  if (isFastQ35(input)) {
    const why = 'the fastest for one emulated CPU: qboot, and no APIC timer to measure'
    return { machine: 'q35', why, firmware: 'qboot', noApicTimer: true }
  }
  if (obstacle === undefined) return { machine: 'microvm', why: 'the fastest: the kernel has VIRTIO_MMIO and ACPI' }
  const { source, value } = input.options
  // q35 routes PCI interrupts by ACPI; pc works without.
  if (source !== undefined && value('ACPI') !== 'y') return { machine: 'pc', why: 'the kernel has no ACPI' }
  return { machine: 'q35', why: `no microvm: ${obstacle}` }
}

/**
 * Under TCG a tenth of a second of a boot is the count of the APIC timer's frequency, and a microvm has no timer beside it (its ACPI is the
 * hardware-reduced kind, where Linux uses neither PIT nor HPET). Several processors need the APICs' own timers.
 */
function isFastQ35({ options, accel, cpus, hasQboot }: MachineInput): boolean {
  const hasDrivers = options.source !== undefined && ['PCI', 'VIRTIO_PCI', 'ACPI'].every((symbol) => options.value(symbol) === 'y')
  return accel === 'tcg' && cpus === 1 && hasQboot && hasDrivers
}

function microvmObstacle(input: MachineInput): string | undefined {
  const { source, value } = input.options
  if (source === undefined) return "the kernel's configuration is not known"
  const missing = ['VIRTIO_MMIO', 'ACPI'].filter((symbol) => value(symbol) !== 'y')
  if (missing.length > 0) return `the kernel lacks ${missing.map((symbol) => `CONFIG_${symbol}`).join(' and ')}`
  if (input.virtioDevices > microvmSlots) return `${input.virtioDevices} devices are more than its ${microvmSlots} slots`
  if (input.qemuArgs.some((word) => /pci|usb/i.test(word))) return '--qemu-arg names a PCI device'
  // Calibration of the TSC never ends there under TCG.
  if (input.accel === 'tcg' && input.tscKhz === undefined) return "the host's TSC frequency could not be measured"
  return undefined
}
