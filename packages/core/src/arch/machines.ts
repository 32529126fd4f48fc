import type { KernelWord } from './arch.ts'

/** Machine types of QEMU (`-machine help`) that guests run on, of all architectures. */
export type MachineName = 'microvm' | 'q35' | 'pc'

/** How guest code runs: by the host's CPU, or emulated. */
export type AccelName = 'kvm' | 'tcg'

/** Firmware that is named instead of QEMU's own choice. */
export type FirmwareName = 'qboot'

export const firmwareNames: readonly FirmwareName[] = ['qboot']

/** What differs between machine types, one row each. */
export interface Machine {
  /** Ending of QEMU's virtio devices: virtio-mmio slots, or PCI. */
  readonly virtioBus: 'device' | 'pci'
  /** Option of the kernel's driver for that bus. */
  readonly busDriver: string
  /** virtio devices that fit in; `undefined`: more than any guest needs. */
  readonly virtioSlots: number | undefined
  /** Options without which no kernel runs there. */
  readonly needs: readonly string[]
  /** Another timer ticks when the CPUs' own are lost. */
  readonly hasOtherTimer: boolean
  /** An emulated guest has to be given the frequency of the host's counter. */
  readonly needsCounter: boolean
  /** Device by which a guest's panic becomes a QMP event; without one the console alone reports it. */
  readonly panicDevice: string | undefined
}

export const machines: Readonly<Record<MachineName, Machine>> = {
  // virtio-mmio and no PCI probing, the fastest boot. Its ACPI stays on: without it there are 8 virtio slots and no power-off.
  microvm: {
    virtioBus: 'device',
    busDriver: 'VIRTIO_MMIO',
    // QEMU hw/i386/microvm.c, VIRTIO_NUM_TRANSPORTS with the second IO-APIC, which comes with ACPI.
    virtioSlots: 24,
    needs: ['VIRTIO_MMIO', 'ACPI'],
    // Its ACPI is the hardware-reduced kind, where Linux uses neither PIT nor HPET.
    hasOtherTimer: false,
    // Calibration of the TSC never ends there under TCG.
    needsCounter: true,
    panicDevice: undefined,
  },
  q35: pciMachine(),
  pc: pciMachine(),
}

function pciMachine(): Machine {
  return {
    virtioBus: 'pci',
    busDriver: 'VIRTIO_PCI',
    virtioSlots: undefined,
    needs: [],
    hasOtherTimer: true,
    needsCounter: false,
    panicDevice: 'pvpanic-pci',
  }
}

/** A machine type that an architecture's guests may get, under conditions. */
export interface MachineCandidate {
  readonly machine: MachineName
  /** Absent: why the machine before it was not taken. */
  readonly why?: string
  /** Passed over in silence where one of these does not hold. */
  readonly only?: {
    readonly accel: AccelName
    readonly cpus: number
    /** The kernel is known to have them built in. */
    readonly options: readonly string[]
  }
  /** Passed over when the kernel is known to lack one of these. */
  readonly wants?: readonly string[]
  /** Where QEMU lacks it, the candidate is passed over in silence. */
  readonly firmware?: FirmwareName
  /** Words that guests of this choice get. */
  readonly words?: readonly KernelWord[]
}
