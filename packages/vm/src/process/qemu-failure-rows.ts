import { archRows } from '@kernelkit/core/arch'
import { command, message, option, type ErrorCode, type Message } from '@kernelkit/core/errors'
import { confinementFailedMark } from '@kernelkit/core/confine'
import type { QemuLaunch } from '@kernelkit/core/qemu'

interface Explanation {
  readonly code: ErrorCode
  readonly message: Message
  readonly hint: Message
}

type FailureRow = readonly [pattern: RegExp, explain: (match: RegExpExecArray, launch: QemuLaunch) => Explanation]

/** What QEMU's messages mean for the user; the first row that matches. Each was seen with QEMU 7.2. */
export const qemuFailures: readonly FailureRow[] = [
  [
    new RegExp(`^${confinementFailedMark}`, 'm'),
    () => ({
      code: 'NOT_CONFINED',
      message: 'what the guest must not see of this host could not be hidden from QEMU.',
      hint: message`Run it with ${option('verbose')} to see what is hidden; accept that it is not with ${option('unconfined')}.`,
    }),
  ],
  [
    /-sandbox.*(?:not enabled|not supported|There is no option group)|There is no option group 'sandbox'|seccomp.*(?:failed|unavailable)/,
    (_match, launch) => ({
      code: 'NOT_CONFINED',
      message: `${launch.qemu} cannot limit its own system calls: it was built without seccomp, or this host does not have it.`,
      hint: message`Use the QEMU of your distribution, or accept it with ${option('unconfined')}.`,
    }),
  ],
  [
    /(?:Could not|cannot|Failed to) .*No space left on device/,
    () => ({
      code: 'DISK_FULL',
      message: 'no space is left for what QEMU writes: the overlay of a disk in the store, or an image of yours.',
      hint: message`Free some space (${command('kernelkit cache prune')}), or choose another place with ${option('cache-dir')}.`,
    }),
  ],
  [
    /could not open kernel file '?([^':]*)/,
    (match) =>
      file(
        match[1],
        'the kernel',
        message`Build it first (${command('kernelkit build', { action: 'the build-kernel action' })}), or name another kernel with ${option('kernel')}.`,
      ),
  ],
  // A file without the magic number counts as a kernel of 1995, which knows no initramfs.
  [
    /invalid kernel header|kernel too old to load a ram disk/,
    (_match, launch) => ({
      code: 'NOT_A_KERNEL',
      message: `${launch.kernel} is not a ${archRows[launch.arch].imageTarget}.`,
      hint: `Name ${archRows[launch.arch].imagePath}${entryOption(launch, (symbol) => `, or a vmlinux built with CONFIG_${symbol}`)}.`,
    }),
  ],
  [
    /Error loading uncompressed kernel without PVH ELF Note/,
    (_match, launch) => ({
      code: 'NOT_A_KERNEL',
      message: `${launch.kernel} is a vmlinux without an entry for QEMU.`,
      hint: `Name the ${archRows[launch.arch].imageTarget}${entryOption(launch, (symbol) => `, or build it with CONFIG_${symbol}=y`)}.`,
    }),
  ],
  [
    /could not load kernel '?([^':]*)/,
    (_match, launch) => ({
      code: 'NOT_A_KERNEL',
      message: `${launch.kernel} cannot be loaded as a kernel: it is empty, a directory, or cut short.`,
      hint: 'Build it again.',
    }),
  ],
  [/error reading initrd ([^:]*)/, (match) => file(match[1], 'the initrd', message`Check the path given with ${option('initrd')}.`)],
  [
    /Failed to get "(?:write|consistent read|shared "?\w*"?)" lock|Is another process using the image/,
    (_match, launch) => ({
      code: 'DISK_IN_USE',
      message: `another VM has a disk open for writing${diskNames(launch)}.`,
      hint: message`Leave ${option('persist')} out (every VM then gets its own throw-away copy), or stop the other VM (${command('kernelkit ps')}).`,
    }),
  ],
  [/Could not open '([^']*)': (.*)/, (match) => file(match[1], 'a disk', `Check its path and permissions; QEMU said: ${match[2] ?? ''}.`)],
  [
    /Image is not in (\w+) format/,
    (match) => ({
      code: 'NOT_AN_IMAGE',
      message: `a disk image is not in ${match[1]} format.`,
      hint: 'Examine it with `qemu-img info FILE`.',
    }),
  ],
  [
    /Invalid host forwarding rule '([^']*)' \((.*)\)/,
    (match) => ({
      code: 'BAD_FORWARD',
      message: `QEMU does not understand the forwarded port '${match[1]}': ${match[2]}.`,
      hint: message`Write for instance ${option('forward', '8080:80')}.`,
    }),
  ],
  [
    /Could not set up host forwarding rule '([^']*)'/,
    (match) => ({
      code: 'PORT_TAKEN',
      message: `the port of '${match[1]}' is in use on this host.`,
      hint: message`Choose another port with ${option('forward')}, or 0 for a free one; \`ss -ltnp\` shows which process has it.`,
    }),
  ],
  [
    /Failed to find an available port|Address already in use/,
    () => ({
      code: 'PORT_TAKEN',
      message: 'a port that QEMU should listen on is in use on this host.',
      hint: 'Choose another port, or leave it out: sockets are used then.',
    }),
  ],
  [
    /Could not access KVM kernel module: (.*)/,
    (match) => ({
      code: 'KVM_NOT_USABLE',
      message: `/dev/kvm cannot be used: ${match[1]}.`,
      hint: message`Add yourself to the group kvm and log in again, or run with ${option('accel', 'tcg')}.`,
    }),
  ],
  [
    /failed to initialize kvm: (.*)/i,
    (match) => ({
      code: 'KVM_NOT_USABLE',
      message: `KVM does not start: ${match[1]}.`,
      hint: message`Run with ${option('accel', 'tcg')}, or see ${command('kernelkit doctor')}.`,
    }),
  ],
  [
    /cannot set up guest memory '[^']*': (.*)/,
    (match, launch) => ({
      code: 'NOT_ENOUGH_MEMORY',
      message: `the host has no ${launch.memoryMiB} MiB for the guest: ${match[1]}.`,
      hint: message`Ask for less with ${option('memory')}.`,
    }),
  ],
  [
    /phys-bits too low \((\d+)\)/,
    (match, launch) => ({
      code: 'NOT_ENOUGH_MEMORY',
      message: `${launch.memoryMiB} MiB are more than the guest's CPU reaches with its ${match[1] ?? ''} address bits.`,
      hint: message`Ask for less with ${option('memory')}.`,
    }),
  ],
  [
    /unsupported machine type|Machine .* not found/,
    (_match, launch) => ({
      code: 'QEMU_TOO_OLD',
      message: `${launch.qemu} has no machine '${launch.machine}'.`,
      hint: message`See \`${launch.qemu} -machine help\`, and choose with ${option('machine')} or ${option('qemu')}.`,
    }),
  ],
  [
    /unable to find CPU model '([^']*)'/,
    (match, launch) => ({
      code: 'QEMU_TOO_OLD',
      message: `${launch.qemu} does not know the CPU model '${match[1]}'.`,
      hint: `See \`${launch.qemu} -cpu help\`.`,
    }),
  ],
  [
    /'([^']*)' is not a valid device model name/,
    (match, launch) => ({
      code: 'QEMU_TOO_OLD',
      message: `${launch.qemu} has no device '${match[1]}'.`,
      hint: `See \`${launch.qemu} -device help\`; Debian splits some devices into qemu-system-modules packages.`,
    }),
  ],
  [
    /CPU model 'host' requires KVM/,
    () => ({ code: 'QEMU_REFUSED', message: "the CPU model 'host' needs KVM.", hint: 'Use -cpu max with TCG.' }),
  ],
  [
    /Invalid SMP CPUs (\d+)\. The max CPUs supported by machine '?([^' ]*)'? is (\d+)/,
    (match) => ({
      code: 'BAD_OPTION',
      message: message`${option('cpus', match[1])}: the machine ${match[2] ?? ''} takes at most ${match[3] ?? ''}.`,
      hint: message`Write ${option('cpus', match[3])} or less.`,
    }),
  ],
  [
    /cannot initialize fsdev '[^']*': (?:failed to open|error opening) '([^']*)'/,
    (match) => file(match[1], 'a shared directory', message`Check ${option('share')} and ${option('root')}.`),
  ],
  [
    /invalid option|Invalid parameter|Property '.*' not found/,
    (_match, launch) => ({
      code: 'QEMU_REFUSED',
      message: `${launch.qemu} does not know one of its options.`,
      hint: message`Check ${option('qemu-arg')}; QEMU 6.2 to 10 are supported.`,
    }),
  ],
]

function file(path: string | undefined, what: string, hint: Message): Explanation {
  return { code: 'FILE_NOT_FOUND', message: `${what} ${path ?? ''} does not exist or cannot be read.`, hint }
}

/** Words about the option that lets QEMU enter a vmlinux, where the architecture has one. */
function entryOption({ arch }: Pick<QemuLaunch, 'arch'>, words: (option: string) => string): string {
  const { directEntry } = archRows[arch]
  return typeof directEntry === 'string' ? '' : words(directEntry.option)
}

function diskNames(launch: QemuLaunch): string {
  const names = launch.drives.filter((drive) => drive.mode === 'rw').map((drive) => drive.path)
  return names.length === 0 ? '' : ` (${names.join(', ')})`
}
