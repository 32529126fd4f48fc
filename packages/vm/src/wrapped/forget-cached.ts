import type { Vm } from '../vm.ts'
import type { Visibility } from '../resolve/masked-directories.ts'

// Documentation/admin-guide/sysctl/vm.rst: 2 frees names and inodes that are not in use, and with them their pages.
const script = 'echo 2 >/proc/sys/vm/drop_caches'

/**
 * Lets a guest see files of this machine as they are now: an overlay remembers what it has looked up, and a program that was built
 * again since then would be the old one. A guest without a shell keeps what it knows.
 */
export async function forgetCached(vm: Pick<Vm, 'exec'>, { root, shares }: Visibility, signal: AbortSignal): Promise<void> {
  if (root.kind !== 'host' && root.kind !== 'directory' && shares.mounts.length === 0) return
  await vm.exec({ argv: ['/bin/sh', '-c', script], cwd: '/', signal }).result
}
