import type { QemuLaunch } from '../src/qemu/launch.ts'

/** A microvm with one of everything, apart from `change`. */
export function launchOf(change: Partial<QemuLaunch>): QemuLaunch {
  return {
    id: 'a1',
    arch: 'x86_64',
    qemu: 'qemu-system-x86_64',
    accel: 'tcg',
    machine: 'microvm',
    cpus: 2,
    memoryMiB: 512,
    kernel: '/k/vmlinux',
    initrd: '/store/initrd.cpio',
    append: 'console=ttyS0',
    drives: [{ path: '/i/root.ext4', format: 'raw', mode: 'snapshot' }],
    shares: [{ host: '/src', tag: 'cwd', readonly: true }],
    network: {
      kind: 'user',
      mac: '52:54:00:12:34:56',
      forwards: [{ protocol: 'tcp', address: '127.0.0.1', hostPort: 4444, guestPort: 22 }],
      reach: 'host-loopback',
    },
    gdb: undefined,
    waitForDebugger: false,
    watchdog: false,
    agent: true,
    terminal: false,
    extraArgs: [],
    sandbox: true,
    runtimeDirectory: '/run/kernelkit/vms/a1',
    ...change,
  }
}
