import { archRows } from '../arch/index.ts'
import type { Argv, QemuLaunch } from './launch.ts'

/** The machine without anything that was not asked for. */
export function machineArgs(launch: Pick<QemuLaunch, 'id' | 'machine' | 'firmware' | 'shares'>): Argv {
  return [
    // Shows in ps and in /proc/PID/cmdline: leftovers can be distinguished from other QEMUs.
    ['-name', `guest=kernelkit-${launch.id}`],
    // The row in core/arch has the reason for each type.
    ['-machine', hasDaemons(launch) ? `${launch.machine},memory-backend=memory` : launch.machine],
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

/** System calls that QEMU never makes here (seccomp(2)): a guest that has broken out of its devices gets no further by them. */
export function sandboxArgs(launch: Pick<QemuLaunch, 'sandbox'>): Argv {
  // elevateprivileges: set*id(); spawn: fork and execve; resourcecontrol: priorities, limits and CPUs of processes.
  return launch.sandbox ? ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'] : []
}

/** How guest code is run, and the CPU that it sees. */
export function accelArgs(launch: Pick<QemuLaunch, 'accel' | 'arch' | 'cpus' | 'qemuVersion' | 'extraArgs'>): Argv {
  return [
    // One accelerator, never `kvm:tcg`: QEMU's own fallback is silent, ours is decided and said before. Of several QEMU takes the first.
    launch.extraArgs.includes('-accel') ? [] : ['-accel', accelerator(launch)],
    // KVM: the host's own CPU, so that code tuned for it runs. TCG: the architecture's (`-cpu host` needs KVM).
    ['-cpu', launch.accel === 'kvm' ? 'host' : emulatedCpu(launch)],
  ].flat()
}

function accelerator({ accel, arch, cpus }: Pick<QemuLaunch, 'accel' | 'arch' | 'cpus'>): string {
  // A single CPU is emulated faster by the thread of its own.
  return accel === 'tcg' && cpus > 1 && archRows[arch].emulatedInTurn ? 'tcg,thread=single' : accel
}

function emulatedCpu({ arch, qemuVersion }: Pick<QemuLaunch, 'arch' | 'qemuVersion'>): string {
  const { emulatedCpu: cpu, emulationFaults } = archRows[arch]
  const major = qemuVersion === undefined ? Infinity : Number.parseInt(qemuVersion, 10)
  return [cpu, ...emulationFaults.filter(({ before }) => major < before).map(({ feature }) => `-${feature}`)].join(',')
}

/** CPUs and memory. */
export function memoryArgs(launch: Pick<QemuLaunch, 'cpus' | 'memoryMiB' | 'shares'>): Argv {
  return [
    // virtiofsd reads and writes the guest's buffers: it maps the same memory.
    hasDaemons(launch) ? ['-object', `memory-backend-memfd,id=memory,size=${launch.memoryMiB}M,share=on`] : [],
    // Bare: sockets, cores and threads as this QEMU version lays them out.
    ['-smp', String(launch.cpus)],
    // With the unit: a bare number is MiB too, but not every reader knows that.
    ['-m', `${launch.memoryMiB}M`],
  ].flat()
}

function hasDaemons({ shares }: Pick<QemuLaunch, 'shares'>): boolean {
  return shares.some(({ transport }) => transport === 'virtiofs')
}

/** Direct kernel boot: no boot loader, no partition table. */
export function kernelArgs(launch: Pick<QemuLaunch, 'kernel' | 'initrd' | 'append'>): Argv {
  return [
    // A vmlinux that QEMU can enter skips decompression; a compressed image takes the architecture's boot protocol.
    ['-kernel', launch.kernel],
    // The guest agent's initramfs, the user's, or both in one file.
    launch.initrd === undefined ? [] : ['-initrd', launch.initrd],
    // Worded by core/cmdline, a reason per word.
    ['-append', launch.append],
  ].flat()
}
