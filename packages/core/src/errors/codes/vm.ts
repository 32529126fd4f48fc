import { kernelImageNames, kernelImagePaths, listNames } from '../../arch/names.ts'
import { command, message, option } from '../message.ts'
import type { CodeEntry } from '../code-entry.ts'

/** Codes of the vm side. */
export const vmCodes = {
  BOOT_FAILED: {
    meaning: 'A program that uses the packages asked for a guest, and the guest never served commands.',
    fix: 'Read the console lines in the message; the whole console is in the file that the hint names.',
  },
  NO_SUITE: {
    meaning: 'LTP, xfstests or blktests is not where it was looked for.',
    fix: message`Name its directory with ${option('suite-dir')}, or bake it into the image.`,
  },
  NO_SUCH_SUITE: {
    meaning: 'The kernel tree has no kselftest suite of this name, or LTP, blktests no tests of it.',
    fix: 'Name one of the TARGETS of tools/testing/selftests/Makefile, of runtest/ or of tests/.',
  },
  NO_KSELFTEST: {
    meaning: 'The tests of a kernel are built from its own tree, which is not known on this machine.',
    fix: message`Build the kernel with ${command('kernelkit build', { action: 'the build-kernel action' })}, or work in its tree.`,
  },
  KSELFTEST_NOT_BUILT: {
    meaning: 'A kselftest suite did not compile, or has no tests on this machine.',
    fix: 'Install the libraries that the errors name, or leave the suite out.',
  },
  PROGRAM_MISSING: {
    meaning: 'A test runner named a program of this machine that is not there.',
    fix: 'Build it again, and let nothing remove it while the tests run.',
  },
  NOT_CARRIED: {
    meaning: 'A file that a wrapped program needs could not be copied into the guest, or one that it made not back.',
    fix: message`Read the reason; a VM that is started with ${option('share')} sees a directory without copies.`,
  },
  CMDLINE_TOO_LONG: {
    meaning: 'The kernel command line is longer than a kernel of this architecture keeps.',
    fix: message`Share fewer directories or shorten ${option('append')}.`,
  },
  BAD_SHARE: {
    meaning: 'A share is not SRC[:DST][:cow|ro|rw], or its host path does not exist.',
    fix: 'Name a directory that exists; DST is an absolute path in the guest.',
  },
  SHARE_TOO_LARGE: {
    meaning: 'A directory that would reach the guest as a disk is too large for one.',
    fix: 'Share a smaller directory, or boot a kernel that has 9p or virtiofs.',
  },
  SHARE_CHANGES: {
    meaning: 'A directory changed again and again while a disk was made of it.',
    fix: 'Wait until what writes there has finished.',
  },
  SHARE_DAEMON_FAILED: {
    meaning: 'virtiofsd, which serves a directory of this host to the guest, did not start or has ended.',
    fix: message`Read its reason in the message, or share in another way with ${option('share-as')}.`,
  },
  BAD_FORWARD: {
    meaning: 'A forwarded port is not [ADDR:]PORT:GUESTPORT[/udp].',
    fix: 'Write for instance 8080:80, or 0:22 for a free port.',
  },
  PORT_TAKEN: {
    meaning: 'A port that should be forwarded is in use on this host.',
    fix: 'Choose another port, or 0 for a free one.',
  },
  IMAGE_REFERS: {
    meaning: 'A qcow2 image names another file, which QEMU would open for the guest.',
    fix: 'Make one file of it: `qemu-img convert -O qcow2 IMAGE NEW`.',
  },
  GUEST_CAN_WRITE: {
    meaning: 'Files that kernelkit writes would be in a directory that the guest may write to: it could lead them elsewhere.',
    fix: message`Name directories of which neither is inside the other; the files of a run are in the directory of ${option('evidence')}.`,
  },
  NOT_GUEST_FILES: {
    meaning: 'A directory for artifacts holds links that lead outside, devices, pipes, sockets or setuid files before the guest starts.',
    fix: 'Name an empty directory, or remove what the message lists.',
  },
  NOT_AN_INITRD: {
    meaning: 'A file named as initramfs is not one that a kernel can unpack and start: no kernel is at fault.',
    fix: message`Make one with ${command('kernelkit initrd SOURCE --out FILE')}; the kernel takes cpio archives (newc), also compressed.`,
  },
  ROOT_LACKS: {
    meaning: 'A program that uses the packages asked for what the root of the guest does not have: an ssh server, an init, a mount point.',
    fix: 'Install it in the root, or do not ask for it.',
  },
  FILE_NOT_FOUND: {
    meaning: 'A file that an option names, or the current directory, does not exist or cannot be read.',
    fix: 'Check the path in the message.',
  },
  KERNEL_NOT_FOUND: {
    meaning: 'No kernel was named, and none was found for this directory.',
    fix: message`Name one with ${option('kernel')} (${option('kernel', 'debian:12')} needs no build), or build one with ${command('kernelkit build', { action: 'the build-kernel action' })}.`,
  },
  BAD_KERNEL_REFERENCE: {
    meaning: 'The kernel is named in a way that is not understood.',
    fix: 'Write a file, a directory, debian:12, debian:12/cloud, debian:13-backports, deb:PACKAGE[=VERSION], FILE.deb or host.',
  },
  NO_SUCH_KERNEL: {
    meaning: 'No suite of the mirror has such a kernel, or no longer all packages of it.',
    fix: message`Choose one of the names in the message, or another mirror with ${option('mirror')}.`,
  },
  NO_SUCH_MODULE: {
    meaning: 'The kernel has no module of this name.',
    fix: message`Correct ${option('module')}; names are those that modprobe takes.`,
  },
  NOT_A_KERNEL: {
    meaning: `The file is neither a ${listNames(kernelImageNames)} nor a vmlinux that QEMU can start.`,
    fix: `Name ${listNames(kernelImagePaths)}, a vmlinux that QEMU can enter, or the build directory.`,
  },
  KERNEL_ARCH: {
    meaning: 'The kernel is built for another architecture than the one asked for.',
    fix: message`Build for that architecture, or leave ${option('arch')} out.`,
  },
  KERNEL_LACKS: {
    meaning: 'The kernel was built without an option that this run needs.',
    fix: 'Add the options in the hint to the configuration and build again.',
  },
  ROOT_NOT_FOUND: {
    meaning: 'There is no root file system for this run: nothing was named, and none fits.',
    fix: message`Bake an image with ${command('kernelkit bake', { action: 'the bake-image action' })}, or name one with ${option('image')} or ${option('root')}.`,
  },
  NOT_AN_IMAGE: {
    meaning: 'The file is not a disk image with a file system that a guest can mount.',
    fix: message`Name an ext4 image, such as the one that ${command('kernelkit bake', { action: 'the bake-image action' })} prints.`,
  },
  COMMAND_MISSING: {
    meaning: '`run` needs a command when it is not on a terminal.',
    fix: message`Write the command after --, for instance ${command('kernelkit run -- uname -a')}.`,
  },
  COMMAND_HIDDEN: {
    meaning:
      'The program is in a directory of this host that the guest has as its own, empty one: /tmp, /run or /dev/shm with `--root host`.',
    fix: message`Share the directory, as the message shows: ${option('share', '/tmp/build')}.`,
  },
  KVM_NOT_USABLE: {
    meaning: 'KVM was asked for by name, but it does not run guests here.',
    fix: message`Read the reason in the message; fall back to emulation with ${option('accel', 'auto')}.`,
  },
  NO_GDB_STUB: {
    meaning: 'QEMU opens no gdb stub for a VM that was started without one.',
    fix: message`Start it with ${option('gdb')}.`,
  },
  GDB_SCRIPT_FAILED: {
    meaning: 'A script of gdb failed, or did not end within its limit.',
    fix: message`Read its output in gdb.txt of the evidence; give it more time with ${option('gdb-timeout')}.`,
  },
  DUMP_FAILED: {
    meaning: 'QEMU could not write the memory of a guest to a file.',
    fix: message`Read its reason in the message; ${command('kernelkit ps')} shows whether the VM is still running.`,
  },
  AGENT_NO_COMPILER: {
    meaning: 'The guest agent is compiled once per architecture, and this host has no gcc.',
    fix: 'Install gcc, or use the published package, which carries the agent compiled.',
  },
  AGENT_NOT_COMPILED: {
    meaning: 'gcc could not compile the guest agent; its message is shown.',
    fix: 'Use a gcc that supports the architecture.',
  },
  COMMAND_REFUSED: {
    meaning: 'The guest could not start one more command.',
    fix: 'End other commands in this VM, or read its console.',
  },
  COMMAND_TIMEOUT: {
    meaning: 'A command in a running guest (`kernelkit exec`, `exec` of a program) did not end within its time, and was killed.',
    fix: message`Raise ${option('timeout')}, or \`timeoutMs\` of that call, if the command is only slow.`,
  },
  STDIN_FAILED: {
    meaning: 'The input of a command could not be read to its end; the command was killed.',
    fix: 'Pass a file or stream that can be read to its end.',
  },
  VM_LOST: {
    meaning: 'The guest or QEMU exited while it was in use.',
    fix: 'Read the end of the console: a panic, a power-off, or the host ended QEMU.',
  },
  VM_NOT_FOUND: {
    meaning: 'No running VM of this user has this name or id.',
    fix: message`List them with ${command('kernelkit ps')}, or start one with ${command('kernelkit run --keep --name NAME')}.`,
  },
  VM_NAME_TAKEN: {
    meaning: 'A running VM of this user has this name already.',
    fix: message`Choose another name with ${option('name')}, or stop the other VM.`,
  },
  VM_NO_AGENT: {
    meaning: 'The VM was started without the guest agent, which commands need.',
    fix: message`Use its console, or start it with ${command('kernelkit run --keep')}.`,
  },
  VM_NO_SSH: {
    meaning: 'The VM was started without an ssh server that kernelkit can reach.',
    fix: message`Start it with ${option('ssh')} (and a network), or use ${command('kernelkit exec')}.`,
  },
  RUNTIME_DIRECTORY: {
    meaning: 'The directory for sockets and state of running VMs cannot be used: its path, its owner or its mode.',
    fix: 'Set XDG_RUNTIME_DIR to a short path that only you can enter.',
  },
  NOT_CONFINED: {
    meaning:
      'The guest would get directories of this host, and what it must not see of them (processes, sockets, other mounts, credentials) cannot be hidden here.',
    fix: message`Run as root or where user namespaces are allowed (${command('kernelkit doctor')} says what forbids them), share less, or accept it with ${option('unconfined')}.`,
  },
  QEMU_MISSING: {
    meaning: 'QEMU for the architecture is not installed.',
    fix: message`Install the package in the hint, or run ${command('kernelkit doctor --fix')}.`,
  },
  QEMU_REFUSED: {
    meaning: 'QEMU exited before the machine was complete; its message is shown.',
    fix: message`Check ${option('qemu-arg')} and the options that the message names.`,
  },
  QEMU_KILLED: {
    meaning: 'Something killed QEMU while it started: a user, the host for lack of memory, or a limit of the session.',
    fix: 'Look for the out-of-memory killer in the log of the host; where the message names a limit (`ulimit`), raise it.',
  },
  QEMU_TOO_OLD: {
    meaning: 'This QEMU lacks a machine, CPU or device that the run needs.',
    fix: message`Use QEMU 6.2 or newer, or another machine type with ${option('machine')}.`,
  },
  DISK_IN_USE: {
    meaning: 'Another VM has the disk image open for writing.',
    fix: message`Leave ${option('persist')} out, or stop the other VM.`,
  },
  NOT_ENOUGH_MEMORY: {
    meaning: 'The host cannot give the guest this much memory.',
    fix: message`Ask for less with ${option('memory')}.`,
  },
} as const satisfies Record<string, CodeEntry>
