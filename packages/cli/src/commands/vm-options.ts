import { Option, type Command } from 'commander'
import { repeatable } from '../options.ts'

const list = (flags: string, description: string) => new Option(flags, description).argParser(repeatable)

/** A switch of its own: as commander's negation it would take back what --cwd names. */
function noCwd(): Option {
  const option = new Option('--no-cwd', 'do not share the working directory')
  option.negate = false
  return option
}

/** For one VM with somebody at it; a test compares them with the keys of kernelkit.yaml. */
const ofOneVm = ['persist', 'forward', 'publish', 'ssh', 'gdb', 's', 'S', 'keep', 'name', 'status']

/** Options of every VM; `boot`, `run` and `test` add their own. `single`: also those for one VM with somebody at it. */
export function addVmOptions(command: Command, { single }: { readonly single: boolean }): void {
  const group = (heading: string, ...options: readonly Option[]) =>
    options.filter((option) => single || !ofOneVm.includes(option.name())).forEach((option) => command.addOption(option.helpGroup(heading)))
  group(
    'Kernel and root:',
    new Option('-k, --kernel <file|dir>', "bzImage, vmlinux, build folder or tree (default: this tree's, else the last built)"),
    new Option('--root <what>', 'auto, image, host, none or a folder (default: auto)'),
    new Option('--image <file>', 'disk image for the root'),
    new Option('--initrd <file>', 'initramfs: boot runs its /init, run runs the command inside it'),
    new Option('--init <what>', "agent, systemd or a path in the root (default: run: agent; boot: the root's own)"),
    new Option('-a, --arch <name>', "x86_64 or i386 (default: the kernel's, else the host's)"),
    list('--append <args>', 'words for the kernel command line; may replace ours'),
  )
  group(
    'Machine:',
    new Option('-m, --memory <size>', 'memory (default: 2G; 4G when the kernel has KASAN or KMSAN)'),
    new Option('-c, --cpus <n>', "processors (default: 4, or the host's if fewer)"),
    new Option('--accel <how>', 'auto, kvm or tcg (default: auto)'),
    new Option('--machine <type>', 'auto, microvm, q35 or pc (default: auto)'),
    list('--disk <file[:ro]>', 'a further disk; never written unless --persist'),
    new Option('--persist', 'write to the images (default: changes are thrown away)'),
    new Option('--qemu <file>', 'QEMU program'),
    list('--qemu-arg <arg>', 'a word for QEMU; the last words win'),
  )
  group(
    'Folders and network:',
    list('-v, --share <src[:dst][:cow|ro|rw]>', 'a folder of this host in the guest (default: cow: changes stay in guest memory)'),
    new Option('--share-as <how>', '9p (default) or virtiofs (not yet)'),
    new Option('-w, --cwd <dir>', "the command's folder in the guest (default: the working directory)"),
    noCwd(),
    new Option('--artifacts <dir>', 'what the guest writes to $KERNELKIT_ARTIFACTS comes out here'),
    new Option('--net <kind>', 'user or none (default: user)'),
    new Option('--mac <address>', 'hardware address of the network card'),
    list('-p, --forward <[addr:]port:guestport[/udp]>', 'a port of this host into the guest; 0 is a free one'),
    list('--publish <[addr:]port:guestport[/udp]>', 'the same'),
    new Option('--ssh', 'an ssh server in the guest; `kernelkit ssh` logs in'),
  )
  group(
    'Debugging and verdict:',
    new Option('--gdb [port]', 'gdb stub, on a private socket or a port (default: none)'),
    new Option('-s', 'gdb stub on port 1234, as in QEMU'),
    new Option('-S', 'wait for the debugger before the first instruction'),
    new Option('--boot-timeout <time>', 'how long until the guest is ready (default: 60s; 180s without KVM)'),
    list(
      '--fail-on <kind,...>',
      'kinds of kernel reports that fail (default: all but oom, page-allocation-failure, userspace-crash, other)',
    ),
    new Option('--allow <file>', 'regular expressions of known reports, one a line'),
    new Option('--on-oops <what>', 'panic or continue (default: panic)'),
    new Option('--evidence <dir>', 'console, result, reports, configuration and replay.sh of the run (default: a folder in the store)'),
    new Option('--keep', 'leave the VM running; exec, ssh, gdb and stop find it by name'),
    new Option('--name <name>', 'name of the VM'),
    new Option('--status <style>', 'full, or simple: only 0, 1, 124 and 125 (default: full)'),
  )
}
