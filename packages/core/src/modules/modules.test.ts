import { describe, expect, it } from 'vitest'
import { indexModules, moduleName, planModules } from './module-index.ts'

// Lines that depmod writes for Debian's linux-image-6.1.0-50-cloud-amd64, and for 6.12 where the files are compressed.
const dep = `kernel/drivers/virtio/virtio.ko:
kernel/drivers/virtio/virtio_ring.ko:
kernel/drivers/virtio/virtio_pci_modern_dev.ko:
kernel/drivers/virtio/virtio_pci_legacy_dev.ko:
kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/virtio_pci_legacy_dev.ko kernel/drivers/virtio/virtio_pci_modern_dev.ko kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko
kernel/drivers/char/hw_random/virtio-rng.ko: kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko
kernel/drivers/net/virtio_net.ko: kernel/drivers/net/net_failover.ko kernel/net/core/failover.ko kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko
kernel/drivers/net/net_failover.ko: kernel/net/core/failover.ko
kernel/net/core/failover.ko:
kernel/fs/btrfs/btrfs.ko.xz: kernel/crypto/xor.ko.xz kernel/lib/raid6/raid6_pq.ko.xz kernel/lib/libcrc32c.ko.xz
kernel/crypto/xor.ko.xz:
kernel/lib/raid6/raid6_pq.ko.xz:
kernel/lib/libcrc32c.ko.xz:
kernel/arch/x86/crypto/crc32c-intel.ko.xz:
`
const index = indexModules({
  dep,
  builtin: 'kernel/fs/ext4/ext4.ko\nkernel/crypto/crc32c_generic.ko\n',
  softdep:
    '# Soft dependencies extracted from modules themselves.\nsoftdep cifs gcm\nsoftdep btrfs pre: crypto-crc32c\nsoftdep libcrc32c pre: crc32c\n',
  alias: 'alias crypto-crc32c crc32c_intel\nalias crc32c crc32c_intel\nalias pci:v*d*sv*sd* virtio_pci\n',
})

const names = (files: readonly { readonly name: string; readonly optional: boolean }[]): readonly string[] =>
  files.map(({ name, optional }) => (optional ? `${name}?` : name))

describe('modules of a kernel', () => {
  it.each([
    ['kernel/drivers/char/hw_random/virtio-rng.ko', 'virtio_rng'],
    ['kernel/fs/btrfs/btrfs.ko.xz', 'btrfs'],
    ['extra/a-b.ko.zst', 'a_b'],
  ])('%s is the module %s', (path, name) => {
    expect(moduleName(path)).toBe(name)
  })

  it('a module comes after all that modules.dep names for it', () => {
    expect(names(index.chain('virtio_pci'))).toEqual([
      'virtio',
      'virtio_ring',
      'virtio_pci_modern_dev',
      'virtio_pci_legacy_dev',
      'virtio_pci',
    ])
  })

  it('no file is named that is not below the directory of the modules', () => {
    const hostile = indexModules({
      dep: '../../../root/.ssh/id.ko:\n/etc/shadow.ko:\na/../../b.ko:\nkernel/c.ko: ../d.ko\n',
      builtin: '',
      softdep: '',
      alias: '',
    })
    expect(['id', 'shadow', 'b', 'c'].filter((name) => hostile.has(name))).toEqual(['c'])
    expect(names(hostile.chain('c'))).toEqual(['c'])
  })

  it('soft dependencies are loaded before, found by their aliases, and may fail', () => {
    expect(names(index.chain('btrfs'))).toEqual(['crc32c_intel?', 'libcrc32c', 'raid6_pq', 'xor', 'btrfs'])
  })

  it('what is built in or unknown adds nothing', () => {
    expect(index.chain('ext4')).toEqual([])
    expect(index.chain('nothing')).toEqual([])
    expect([index.isBuiltIn('ext4'), index.has('ext4'), index.has('virtio_net')]).toEqual([true, false, true])
  })

  it('a plan names each module once, and needs one that any of its users needs', () => {
    const plan = planModules(index, [
      { name: 'virtio_net', optional: true },
      { name: 'virtio_pci', optional: false },
      { name: 'virtio_rng', optional: true },
    ])
    expect(names(plan)).toEqual([
      'virtio',
      'virtio_ring',
      'failover?',
      'net_failover?',
      'virtio_net?',
      'virtio_pci_modern_dev',
      'virtio_pci_legacy_dev',
      'virtio_pci',
      'virtio_rng?',
    ])
    expect(plan.find(({ name }) => name === 'virtio_rng')?.path).toBe('kernel/drivers/char/hw_random/virtio-rng.ko')
  })

  it('a list that names files elsewhere on this machine has no such modules', () => {
    const hostile = indexModules({
      dep: 'kernel/a.ko: ../../../etc/shadow\n../../../etc/shadow:\n/etc/passwd:\n',
      builtin: '',
      softdep: '',
      alias: '',
    })
    expect(hostile.names).toEqual(['a'])
    expect(hostile.chain('a')).toEqual([{ name: 'a', path: 'kernel/a.ko', optional: false }])
  })

  it('modules that need each other end the search', () => {
    const circle = indexModules({ dep: 'a.ko: b.ko\nb.ko: a.ko\n', builtin: '', softdep: '', alias: '' })
    expect(names(circle.chain('a'))).toEqual(['b', 'a'])
  })
})
