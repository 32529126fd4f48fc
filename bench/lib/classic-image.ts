import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The classic recipe, word for word but for the suite: debootstrap, dd, mkfs, loop mount, cp -a. Needs root and a loop device. */
export function classicBakeScript(options: { readonly directory: string; readonly suite: string; readonly publicKey?: string }): string[] {
  const script = `
    set -e
    cd "$1"
    rm -rf tree classic.img
    mkdir tree mnt 2>/dev/null || mkdir -p tree mnt
    debootstrap --include=openssh-server "$2" tree > debootstrap.log
    sed -i '/^root/ { s/:x:/::/ }' tree/etc/passwd
    printf '\\nauto eth0\\niface eth0 inet dhcp\\n' >> tree/etc/network/interfaces
    mkdir -p tree/root/.ssh
    if [ -n "$3" ]; then cp "$3" tree/root/.ssh/authorized_keys; fi
    dd if=/dev/zero of=classic.img bs=1M seek=4095 count=1 status=none
    mkfs.ext4 -q -F classic.img
    mount -o loop classic.img mnt
    trap 'umount mnt' EXIT
    cp -a tree/. mnt/.
  `
  return ['bash', '-c', script, 'bash', options.directory, options.suite, options.publicKey ?? '']
}

/** Peak resident set of one process so far, in MB, from /proc/<pid>/status (VmHWM, proc_pid_status(5)); `undefined` when it is gone. */
export async function peakMemoryMB(pid: number): Promise<number | undefined> {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(await readFile(join('/proc', String(pid), 'status'), 'utf8'))
    return match?.[1] === undefined ? undefined : Number(match[1]) / 1000
  } catch {
    return undefined
  }
}
