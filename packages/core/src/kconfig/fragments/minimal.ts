import { listNames, machineNames } from '../../arch/index.ts'
import type { Fragment } from './fragment.ts'
import { ofArchitectures } from './of-architectures.ts'

/** A guest that runs one program from an initramfs as fast as QEMU can. */
export const minimal: Fragment = {
  name: 'minimal',
  summary: `boots an initramfs on ${listNames(machineNames, 'and')}; nothing else`,
  options: [
    { symbol: 'SMP', why: 'nearly every machine has several CPUs: test on them' },
    { symbol: 'NO_HZ_IDLE', why: 'an idle guest leaves the host alone' },
    { symbol: 'HIGH_RES_TIMERS', why: 'sleeps shorter than a tick' },
    ...ofArchitectures('guest'),
    { symbol: 'PCI_MSI', why: 'message-signalled interrupts for virtio' },
    { symbol: 'RD_LZ4', why: 'an initrd may be lz4-compressed' },
    { symbol: 'RD_ZSTD', why: 'an initrd may be zstd-compressed', optional: true },
    { symbol: 'DEVTMPFS_MOUNT', why: '/dev is there before the first program' },
    { symbol: 'PRINTK_TIME', why: 'time stamps in the kernel log' },
  ],
}
