import { join } from 'node:path'
import { workFiles } from '@kernelkit/core/debootstrap'
import type { Host } from '@kernelkit/host'
import { privileged, type Rights } from './rights.ts'

export interface WorkFolder extends AsyncDisposable {
  readonly path: string
  /** Where other owners may write. */
  readonly scratch: string
}

/**
 * A temporary folder in which root, or the root of a user namespace, can work: others may pass through it (its name
 * cannot be guessed) and write in `scratch`. Disposal removes what they own as well.
 */
export async function openWorkFolder(host: Host, rights: Rights): Promise<WorkFolder> {
  const folder = await host.tempDir('kernelkit-bake-')
  const scratch = join(folder.path, workFiles.scratch)
  await host.fs.chmod(folder.path, 0o711)
  await host.fs.mkdir(scratch)
  await host.fs.chmod(scratch, 0o1777)
  return {
    path: folder.path,
    scratch,
    [Symbol.asyncDispose]: async () => {
      if (rights.privilege !== 'root' && (await host.fs.exists(scratch))) await host.run(privileged(rights, ['rm', '-rf', '--one-file-system', scratch]), { reject: false })
      await folder[Symbol.asyncDispose]()
    },
  }
}
