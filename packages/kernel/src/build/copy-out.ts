import { join } from 'node:path'
import { explaining, type Host, type StoreEntry } from '@kernelkit/host'

/** `--out DIR`: a kernel's files in a directory of the user's. All are copied before the first takes its name: what was there stays until everything is whole. */
export async function copyOut(
  host: Host,
  { entry, out, signal }: { readonly entry: Pick<StoreEntry, 'path'>; readonly out: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  await explaining(out, async () => {
    await host.fs.mkdir(out, { recursive: true })
    // As kbuild does in a build directory: in a tree, what is copied here is no change of the tree.
    const isEmpty = (await host.fs.readdir(out)).length === 0
    const beside = join(out, `.kernelkit-${host.randomHex(4)}.tmp`)
    await host.fs.mkdir(beside)
    try {
      const items = (await host.fs.readdir(entry.path)).filter((item) => item !== 'key.txt')
      for (const item of items) {
        signal?.throwIfAborted()
        await host.fs.cp(join(entry.path, item), join(beside, item), { recursive: true })
      }
      if (isEmpty) await host.fs.writeFile(join(out, '.gitignore'), '*\n')
      for (const item of items) {
        const isDirectory = (await host.fs.stat(join(beside, item))).isDirectory()
        // rename() takes the place of a file, not of a directory with something in it.
        if (isDirectory) await host.fs.rm(join(out, item), { recursive: true, force: true })
        await host.fs.rename(join(beside, item), join(out, item))
      }
    } finally {
      await host.fs.rm(beside, { recursive: true, force: true })
    }
  })
  host.log.info(`copied to ${out}`)
}
