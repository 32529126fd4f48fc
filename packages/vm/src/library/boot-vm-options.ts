// Written by `npm run docs` from packages/core/src/options/table.
import type { GuestShare } from './guest-types.ts'

/** What the guest is: the options of `kernelkit run` that make sense in a program, with the same defaults. */
export interface BootVmOptions {
  /** Kernel image, vmlinux, build directory or tree; debian:12[/flavour], deb:package[=version], file.deb, file.rpm, rpm:package, mainline:version, koji:build, oci:image or host for a distribution's. Default: the kernel of this project or tree, else the last one built. */
  readonly kernel?: string | undefined
  /** Where packages of distributions' kernels come from. Default: apt's mirror. */
  readonly mirror?: string | undefined
  /** Fetch the debug symbols of a distribution's kernel too (hundreds of MB, once): its reports have source lines. Default: off. */
  readonly symbols?: boolean | undefined
  /** Module to load before the command, with all that it needs. Default: those that root, directories, network and disks need. */
  readonly modules?: readonly string[] | undefined
  /** Directory with unstripped modules that are not the kernel's own: lines of calls in them, in reports, gdb and inspect. Default: none. */
  readonly moduleFiles?: readonly string[] | undefined
  /** Root file system: auto (the image if there is one, else host), image, host (this machine's, below an overlay in guest memory), none (initramfs only) or a directory. Default: auto. */
  readonly root?: string | undefined
  /** Disk image for the root. Default: the last image baked for this project. */
  readonly image?: string | undefined
  /** Initramfs; commands run inside it. Default: none. */
  readonly initrd?: string | undefined
  /** First process: agent, systemd or a path in the root. Default: agent, which serves commands as soon as the kernel is up. */
  readonly init?: string | undefined
  /** Architecture of the guest: x86_64 or i386. Default: the kernel's, else this machine's. */
  readonly arch?: string | undefined
  /** Words for the kernel command line; they may replace ours. Default: none. */
  readonly append?: readonly string[] | undefined
  /** Memory of the guest. Default: 2G; 4G when the kernel has KASAN or KMSAN. */
  readonly memory?: string | undefined
  /** CPUs of the guest. Default: 4, or this machine's if fewer; 1 in an emulated cell of a matrix. */
  readonly cpus?: number | undefined
  /** Acceleration; auto takes KVM when a guest has run under it, else emulation (TCG). Default: auto. */
  readonly accel?: 'auto' | 'kvm' | 'tcg' | undefined
  /** QEMU machine type. Default: auto. */
  readonly machine?: 'auto' | 'microvm' | 'q35' | 'pc' | undefined
  /** Watchdog device (i6300esb, on machines with PCI); poweroff: a guest that lets it expire ends with verdict hang. Default: none. */
  readonly watchdog?: 'none' | 'poweroff' | undefined
  /** Further disks, `FILE` or `FILE:ro` each; never written unless `persist`. Default: none. */
  readonly disks?: readonly string[] | undefined
  /** Write to the images; otherwise changes are thrown away. Default: off. */
  readonly persist?: boolean | undefined
  /** QEMU program. Default: the one on PATH. */
  readonly qemu?: string | undefined
  /** Words for QEMU; the last words win. Default: none. */
  readonly qemuArgs?: readonly string[] | undefined
  /** Directories of this host in the guest; `guest` is their place there (default: the same path), `cow` (the default mode) keeps changes in guest memory. Default: none. */
  readonly shares?: readonly GuestShare[] | undefined
  /** A path of this host that the guest's directories show although it is hidden by default: other mounts, credentials, /run, /tmp, /dev, /proc, /sys. Default: none. */
  readonly expose?: readonly string[] | undefined
  /** Hide nothing of this host, and start QEMU without its sandbox. Default: off. */
  readonly unconfined?: boolean | undefined
  /** How directories of this host reach the guest; auto takes 9p when the kernel has it, else virtiofs when this host has virtiofsd, else read-only disks. Default: auto. */
  readonly shareAs?: 'auto' | '9p' | 'virtiofs' | 'disk' | undefined
  /** What the guest writes to $KERNELKIT_ARTIFACTS comes out in this directory. Default: none. */
  readonly artifacts?: string | undefined
  /** Network of the guest; user: what this host reaches, but not the services on its loopback address; user,host-loopback: these at 10.0.2.2, too; restricted: forwarded ports alone. Default: user. */
  readonly network?: 'user' | 'user,host-loopback' | 'restricted' | 'none' | undefined
  /** Hardware address of the network card. Default: 52:54:00:12:34:56. */
  readonly mac?: string | undefined
  /** Ports of this host into the guest, `[ADDR:]PORT:GUESTPORT[/udp]` each; port 0 is a free one, which `forwards` of the guest names. Default: none. */
  readonly forwards?: readonly string[] | undefined
  /** An ssh server in the guest; `kernelkit ssh NAME` logs in while the program runs. Default: off. */
  readonly ssh?: boolean | undefined
  /** Milliseconds until the guest must be ready. Default: 60000; 180000 without KVM. */
  readonly bootTimeoutMs?: number | undefined
  /** Kinds of kernel reports that make the verdict splat. Default: all but oom, page-allocation-failure, userspace-crash, other. */
  readonly failOn?: readonly string[] | undefined
  /** File with regular expressions of known reports, one a line. Default: none. */
  readonly allow?: string | undefined
  /** What an oops does. Default: panic. */
  readonly onOops?: 'panic' | 'continue' | undefined
  /** Directory for the console, reports, configuration, replay.sh and the verdict. Default: a directory in the store. */
  readonly evidence?: string | undefined
  /** Name of the VM. Default: made up. */
  readonly name?: string | undefined
  /** Who runs the commands: a user of the guest's /etc/passwd, or `UID` or `UID:GID`. Default: root. */
  readonly user?: string | undefined
}
