import { indexModules } from '@kernelkit/core/modules'
import { describe, expect, it } from 'vitest'
import { kernelLacks } from './kernel-lacks.ts'
import { optionsOf, type KernelOptions } from './kernel-options.ts'

const needs = [
  { symbol: 'VIRTIO_CONSOLE', why: "for the guest agent's channel" },
  { symbol: 'VIRTIO_PCI', why: "for the machine's devices" },
]

function refused(options: KernelOptions, release: string): { readonly message: string; readonly hint: string } {
  const { message, hint } = kernelLacks({ options, release, arch: { debianKernel: 'amd64' }, reference: undefined }, needs)
  return { message, hint: hint ?? '' }
}

describe('a kernel that lacks what a run needs', () => {
  it('without any virtio is refused with each option', () => {
    const { message, hint } = refused(optionsOf('CONFIG_PCI=y\n', '/boot/config-1'), '6.12.0')
    expect(message).toBe(
      "this kernel lacks CONFIG_VIRTIO_CONSOLE for the guest agent's channel; CONFIG_VIRTIO_PCI for the machine's devices (/boot/config-1).",
    )
    expect(hint).toContain('kernelkit build --config VIRTIO_CONSOLE=y --config VIRTIO_PCI=y')
  })

  it('with modules of which one is missing is refused with the name of its file and the place that was looked at', () => {
    const index = indexModules({ dep: 'kernel/virtio_pci.ko:\n', builtin: '', softdep: '', alias: '' })
    const modules = { index, directory: '/lib/modules/6.12.0', madeBy: () => undefined }
    const { message } = refused({ ...optionsOf('CONFIG_VIRTIO_CONSOLE=m\nCONFIG_VIRTIO_PCI=m\n', 'config'), modules }, '6.12.0')
    expect(message).toContain(
      "CONFIG_VIRTIO_CONSOLE (it is a module, but /lib/modules/6.12.0 has no virtio_console) for the guest agent's channel",
    )
  })

  it.each([
    ['6.1.0-50-cloud-amd64', '--kernel deb:linux-image-6.1.0-50-cloud-amd64, or the newest one like it: --kernel debian:12/cloud'],
    ['6.8.5-301.fc40.x86_64', '--kernel kernel-core.rpm,kernel-modules-core.rpm,kernel-modules.rpm'],
    ['6.12.0', '--kernel debian:12/cloud'],
  ])('%s as a bare file is refused with the reference that works', (release, expected) => {
    expect(refused(optionsOf('CONFIG_VIRTIO_CONSOLE=m\n', 'config'), release).hint).toContain(expected)
  })
})
