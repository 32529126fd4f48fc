import { describe, expect, it } from 'vitest'
import { renderUserError } from '@kernelkit/core/errors'
import { launchOf } from '../../../core/test/launch.ts'
import { explainQemuFailure } from './qemu-failure.ts'

const launch = launchOf({
  cpus: 300,
  memoryMiB: 900_000,
  kernel: '/k/bzImage',
  drives: [{ path: '/i/root.ext4', format: 'raw', mode: 'rw' }],
})

const explain = (stderr: string, exit: { readonly exitCode?: number; readonly signal?: string } = { exitCode: 1 }) =>
  explainQemuFailure({ exitCode: exit.exitCode, signal: exit.signal, stderr }, launch)

describe('what QEMU says', () => {
  it.each([
    ["qemu-system-x86_64: could not open kernel file '/k/bzImage': No such file or directory", 'FILE_NOT_FOUND', '/k/bzImage'],
    [
      "qemu-system-x86_64: -drive file=/i/root.ext4,snapshot=on: Could not create temporary overlay '/s/vl.1': Could not write qcow2 header: No space left on device",
      'DISK_FULL',
      '--cache-dir',
    ],
    ['qemu: invalid kernel header', 'NOT_A_KERNEL', '/k/bzImage'],
    ['qemu: linux kernel too old to load a ram disk', 'NOT_A_KERNEL', '/k/bzImage'],
    ["qemu: could not load kernel '/k/bzImage': Success", 'NOT_A_KERNEL', '/k/bzImage'],
    ['qemu-system-x86_64: Error loading uncompressed kernel without PVH ELF Note', 'NOT_A_KERNEL', 'CONFIG_PVH'],
    ['qemu: error reading initrd /x/initrd: Failed to open file “/x/initrd”: No such file or directory', 'FILE_NOT_FOUND', '/x/initrd'],
    ["qemu-system-x86_64: -drive file=/i/no.ext4: Could not open '/i/no.ext4': No such file or directory", 'FILE_NOT_FOUND', '/i/no.ext4'],
    [
      'qemu-system-x86_64: -device virtio-blk: Failed to get "write" lock\nIs another process using the image [/i/root.ext4]?',
      'DISK_IN_USE',
      '/i/root.ext4',
    ],
    ['qemu-system-x86_64: -drive x: Image is not in qcow2 format', 'NOT_AN_IMAGE', 'qcow2'],
    [
      "qemu-system-x86_64: -netdev user: Could not set up host forwarding rule 'tcp:127.0.0.1:80-:80'",
      'PORT_TAKEN',
      'tcp:127.0.0.1:80-:80',
    ],
    ["qemu-system-x86_64: -netdev user: Invalid host forwarding rule 'tcp::99999-:22' (Bad host port)", 'BAD_FORWARD', 'Bad host port'],
    ['qemu-system-x86_64: -gdb tcp::1234: Failed to find an available port: Address already in use', 'PORT_TAKEN', 'in use'],
    [
      'Could not access KVM kernel module: Permission denied\nqemu-system-x86_64: -accel kvm: failed to initialize kvm: Permission denied',
      'KVM_NOT_USABLE',
      'Permission denied',
    ],
    ["qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", 'NOT_ENOUGH_MEMORY', '900000 MiB'],
    ['qemu-system-x86_64: Address space limit 0xffffffffff < 0x2013fffffff phys-bits too low (40)', 'NOT_ENOUGH_MEMORY', '40 address bits'],
    ['qemu-system-x86_64: unsupported machine type "microvm"', 'QEMU_TOO_OLD', 'microvm'],
    ["qemu-system-x86_64: unable to find CPU model 'nosuch'", 'QEMU_TOO_OLD', 'nosuch'],
    ["qemu-system-x86_64: -device x: 'virtio-9p-device' is not a valid device model name", 'QEMU_TOO_OLD', 'virtio-9p-device'],
    ["qemu-system-x86_64: CPU model 'host' requires KVM or HVF", 'QEMU_REFUSED', '-cpu max'],
    ["qemu-system-x86_64: Invalid SMP CPUs 300. The max CPUs supported by machine 'microvm' is 288", 'BAD_OPTION', '288'],
    [
      "qemu-system-x86_64: -device virtio-9p-pci,fsdev=f: cannot initialize fsdev 'f': failed to open '/no': No such file or directory",
      'FILE_NOT_FOUND',
      '/no',
    ],
    ['qemu-system-x86_64: -nosuch: invalid option', 'QEMU_REFUSED', '--qemu-arg'],
  ])('%s is %s', (stderr, code, part) => {
    const error = explain(stderr)
    expect(error.code).toBe(code)
    expect(renderUserError(error)).toContain(part)
    expect(error.hint).toBeDefined()
  })

  it('is shown whole when no row matches it', () => {
    const error = explain('qemu-system-x86_64: something new')
    expect(error.code).toBe('QEMU_REFUSED')
    expect(error.message).toContain('something new')
  })

  it('is not needed to explain a QEMU that was killed or crashed', () => {
    expect(explain('', { signal: 'SIGKILL' }).code).toBe('QEMU_KILLED')
    expect(explain('', { signal: 'SIGSEGV' }).message).toContain('SIGSEGV')
    const limited = explain('', { signal: 'SIGXFSZ' })
    expect(limited).toMatchObject({ code: 'QEMU_KILLED', message: expect.stringContaining('`ulimit -f`') as string })
    expect(limited.hint).not.toContain('bug')
  })
})
