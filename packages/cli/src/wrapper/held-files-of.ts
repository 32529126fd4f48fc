import type { HeldFile } from '@kernelkit/core/agent'
import { parseArch } from '@kernelkit/core/arch'
import { heldPaths } from '@kernelkit/core/wrapped'
import type { Host } from '@kernelkit/host'
import { isMounted, type VmState } from '@kernelkit/vm/internal/running'
import { visibilityOf } from './visibility-of.ts'

/** Files that a VM which is left running need not read again for each program: those of its own root, and those of this machine's while they are the same. */
export async function heldFilesOf(host: Pick<Host, 'fs'>, state: Pick<VmState, 'arch' | 'facts'>): Promise<readonly HeldFile[]> {
  const visible = visibilityOf(state)
  const paths = heldPaths(parseArch(state.arch).name).filter((path) => !isMounted(path, visible))
  switch (visible.root.kind) {
    case 'image':
    case 'initramfs':
      return paths.map((path) => ({ path, identity: 'own' }))
    case 'host':
      return (await Promise.all(paths.map((path) => identify(host, path)))).flat()
    // Its absolute links lead elsewhere here than in the guest.
    case 'directory':
      return []
  }
}

async function identify({ fs }: Pick<Host, 'fs'>, path: string): Promise<readonly HeldFile[]> {
  const stat = await fs.stat(path).catch(() => undefined)
  return stat === undefined ? [] : [{ path, identity: [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(':') }]
}
