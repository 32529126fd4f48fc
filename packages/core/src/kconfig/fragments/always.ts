import type { Fragment } from './fragment.ts'
import { ofArchitectures } from './of-architectures.ts'

/** What every guest of ours needs to boot, talk and be understood; merged into every build under the user's own values. */
export const always: Fragment = {
  name: 'always',
  summary: 'what kernelkit itself needs of a guest, in every build',
  options: [
    { symbol: 'BLK_DEV_INITRD', why: 'the guest agent and test programs arrive in an initramfs' },
    { symbol: 'RD_GZIP', why: 'an initrd may be gzip-compressed' },
    { symbol: 'BINFMT_ELF', why: 'programs; allnoconfig switches it off' },
    { symbol: 'BINFMT_SCRIPT', why: 'scripts that start with #!' },
    { symbol: 'DEVTMPFS', why: 'device nodes without udev' },
    { symbol: 'TMPFS', why: '/run, /tmp and the writable layer of overlays' },
    { symbol: 'TTY', why: 'consoles' },
    { symbol: 'PRINTK', why: 'the kernel log is the evidence of every verdict' },
    ...ofArchitectures('console'),
    { symbol: 'PCI', why: 'virtio devices of machines with PCI' },
    { symbol: 'VIRTIO_MENU', why: 'opens the menu that all virtio drivers are in' },
    { symbol: 'VIRTIO_PCI', why: 'virtio over PCI' },
    { symbol: 'VIRTIO_MMIO', why: 'virtio of machines without PCI' },
    { symbol: 'VIRTIO_MMIO_CMDLINE_DEVICES', why: 'a machine without ACPI announces its virtio devices on the kernel command line' },
    { symbol: 'VIRTIO_CONSOLE', why: 'the agent channel (virtio-serial) and the hvc0 terminal' },
    { symbol: 'NET', why: '9p is in the network menu' },
    { symbol: 'NET_9P', why: 'shared directories' },
    { symbol: 'NET_9P_VIRTIO', why: '9p over virtio' },
    { symbol: 'NETWORK_FILESYSTEMS', why: 'opens the menu that 9P_FS is in' },
    { symbol: '9P_FS', why: 'shared directories and --root host' },
    { symbol: 'OVERLAY_FS', why: 'shares and roots are read-only below a layer in guest memory' },
    { symbol: 'MAGIC_SYSRQ', why: 'task dumps at a timeout, crashes on purpose' },
    { symbol: 'PVPANIC', why: 'the guest reports a panic to QEMU' },
    { symbol: 'PVPANIC_MMIO', why: 'pvpanic as ISA or MMIO device', optional: true },
    { symbol: 'PVPANIC_PCI', why: 'pvpanic as PCI device', optional: true },
    { symbol: 'IKCONFIG', why: 'the configuration can be read out of the kernel file before boot' },
    { symbol: 'IKCONFIG_PROC', why: '/proc/config.gz in the guest' },
    {
      symbol: 'PANIC_TIMEOUT',
      value: -1,
      why: 'a panicked guest restarts at once, which ends QEMU (-no-reboot): no wait for a dead guest',
    },
  ],
}
