import { x86, type Fragment } from './fragment.ts'

/** A guest that runs one program from an initramfs as fast as QEMU can. */
export const minimal: Fragment = {
  name: 'minimal',
  summary: 'boots an initramfs on microvm, q35 and pc; nothing else',
  options: [
    { symbol: 'SMP', why: 'nearly every machine has several processors: test on them' },
    { symbol: 'NO_HZ_IDLE', why: 'an idle guest leaves the host alone' },
    { symbol: 'HIGH_RES_TIMERS', why: 'sleeps shorter than a tick' },
    { symbol: 'HYPERVISOR_GUEST', why: 'opens the menu of guest options', archs: x86 },
    { symbol: 'PARAVIRT', why: 'paravirtual clock and spinlocks', archs: x86 },
    { symbol: 'KVM_GUEST', why: 'kvm-clock and the other KVM interfaces', archs: x86 },
    { symbol: 'PVH', why: 'QEMU boots vmlinux directly, without the decompressor: a quarter of the boot time saved', archs: x86 },
    {
      symbol: 'X86_IOPL_IOPERM',
      why: 'port I/O from user space (isa-debug-exit); allnoconfig switches it off',
      archs: x86,
      optional: true,
    },
    { symbol: 'ACPI', why: 'power off, and interrupts of PCI devices on q35', archs: x86 },
    { symbol: 'PCI_MSI', why: 'message-signalled interrupts for virtio' },
    { symbol: 'RD_LZ4', why: 'an initrd may be lz4-compressed' },
    { symbol: 'RD_ZSTD', why: 'an initrd may be zstd-compressed', optional: true },
    { symbol: 'DEVTMPFS_MOUNT', why: '/dev is there before the first program' },
    { symbol: 'PRINTK_TIME', why: 'time stamps in the kernel log' },
  ],
}
