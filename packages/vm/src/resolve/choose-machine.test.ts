import { archRows } from '@kernelkit/core/arch'
import { message, option, type Message } from '@kernelkit/core/errors'
import { describe, expect, it } from 'vitest'
import { chooseMachine, type MachineInput } from './choose-machine.ts'
import { optionsOf } from './kernel-options.ts'

const config = (...symbols: readonly string[]) => optionsOf(symbols.map((symbol) => `CONFIG_${symbol}=y\n`).join(''), '.config')
const everything = config('PCI', 'VIRTIO_PCI', 'ACPI', 'VIRTIO_MMIO')
const unknown = optionsOf(undefined, undefined)

const choose = (change: Partial<MachineInput> = {}) =>
  chooseMachine({
    arch: archRows.x86_64,
    asked: 'auto',
    options: everything,
    virtioDevices: 5,
    qemuArgs: [],
    watchdog: false,
    accel: 'tcg',
    cpus: 2,
    firmware: ['qboot'],
    tscKhz: 2_000_000,
    ...change,
  })

describe('chooseMachine', () => {
  it('takes microvm for several CPUs, and under KVM', () => {
    const microvm = { machine: 'microvm', why: 'the fastest: the kernel has VIRTIO_MMIO and ACPI' }
    expect(choose()).toEqual(microvm)
    expect(choose({ accel: 'kvm', cpus: 1 })).toEqual(microvm)
    expect(choose({ accel: 'kvm', tscKhz: undefined })).toEqual(microvm)
  })

  it('takes q35 with qboot for one emulated CPU, when firmware and drivers are there', () => {
    expect(choose({ cpus: 1 })).toEqual({
      machine: 'q35',
      why: 'the fastest for one emulated CPU: qboot, and no APIC timer to measure',
      firmware: 'qboot',
      words: [expect.objectContaining({ word: 'nolapic_timer' })],
    })
    expect(choose({ cpus: 1, firmware: [] })).toMatchObject({ machine: 'microvm' })
    expect(choose({ cpus: 1, options: config('ACPI', 'VIRTIO_MMIO') })).toMatchObject({ machine: 'microvm' })
    expect(choose({ cpus: 1, options: unknown })).toEqual({
      machine: 'q35',
      why: "no microvm: the kernel's configuration is unknown",
    })
  })

  it.each<[Partial<MachineInput>, Message]>([
    [{ options: config('ACPI') }, 'no microvm: the kernel lacks CONFIG_VIRTIO_MMIO'],
    [{ virtioDevices: 25 }, 'no microvm: 25 devices are more than its 24 slots'],
    [{ qemuArgs: ['-device', 'nec-usb-xhci'] }, message`no microvm: ${option('qemu-arg')} names a PCI device`],
    [{ watchdog: true }, 'no microvm: the watchdog needs PCI'],
    [{ tscKhz: undefined }, "no microvm: the host's TSC frequency could not be measured"],
  ])('says of %j why it takes q35', (change, why) => {
    expect(choose(change)).toEqual({ machine: 'q35', why })
  })

  it('takes pc for a kernel without ACPI', () => {
    expect(choose({ options: config('PCI', 'VIRTIO_PCI') })).toEqual({ machine: 'pc', why: 'the kernel has no ACPI' })
  })

  it("does as asked, and refuses what cannot work or is another architecture's", () => {
    for (const asked of ['microvm', 'q35', 'pc'] as const) expect(choose({ asked })).toEqual({ machine: asked, why: 'as asked' })
    expect(choose({ asked: 'microvm', options: unknown })).toEqual({ machine: 'microvm', why: 'as asked' })
    expect(choose({ asked: 'q35', options: config('PCI') })).toEqual({ machine: 'q35', why: 'as asked' })
    expect(() => choose({ asked: 'microvm', options: config() })).toThrow(
      expect.objectContaining({
        code: 'BAD_OPTION',
        message: '--machine microvm does not fit: the kernel lacks CONFIG_VIRTIO_MMIO and CONFIG_ACPI.',
      }),
    )
    const other = { ...archRows.x86_64, machines: [] }
    expect(() => choose({ asked: 'q35', arch: other })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: '--machine q35 does not fit: x86_64 has pc.' }),
    )
  })
})
