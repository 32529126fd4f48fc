import type { Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** The machine without anything that was not asked for. */
export function machineArgs(launch: Pick<QemuLaunch, 'id' | 'machine' | 'firmware'>): Argv {
  return [
    // Shows in ps and in /proc/PID/cmdline: leftovers can be told from other people's QEMUs.
    ['-name', `guest=kernelkit-${launch.id}`],
    // microvm: virtio-mmio and no PCI probing, the fastest boot. Its ACPI stays on: without it there are 8 virtio slots and no power-off.
    ['-machine', launch.machine],
    // Enters the kernel without a look at the devices, which Linux sets up anyway (https://github.com/bonzini/qboot).
    launch.firmware === undefined ? [] : ['-bios', `${launch.firmware}.rom`],
    // No default serial port, network, VGA, floppy or CD: each would change what the guest sees.
    ['-nodefaults'],
    // The user's qemu.conf must not change the machine.
    ['-no-user-config'],
    // No window: everything goes over chardevs.
    ['-display', 'none'],
    // A reboot ends QEMU; with panic=-1 this turns a panic into an end instead of a boot loop.
    ['-no-reboot'],
  ].flat()
}
