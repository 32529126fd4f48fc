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
  readonly tscKhz: number | undefined
}

export interface MachineChoice {
  readonly machine: 'microvm' | 'q35' | 'pc'
  readonly why: string
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
  if (obstacle === undefined) return { machine: 'microvm', why: 'the fastest: the kernel has VIRTIO_MMIO and ACPI' }
  const { source, value } = input.options
  // q35 routes PCI interrupts by ACPI; pc works without.
  if (source !== undefined && value('ACPI') !== 'y') return { machine: 'pc', why: 'the kernel has no ACPI' }
  return { machine: 'q35', why: `no microvm: ${obstacle}` }
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
