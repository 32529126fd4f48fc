import { join } from 'node:path'
import { explaining, type Host, type StoreEntry } from '@kernelkit/host'

/** `--out DIR`: copies a kernel's files to a directory of the user. All are copied before the first is renamed: old files stay until the copy is complete. */
export async function copyOut(
  host: Host,
  { entry, out, signal }: { readonly entry: Pick<StoreEntry, 'path'>; readonly out: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  await explaining(out, async () => {
    await host.fs.mkdir(out, { recursive: true })
    // As kbuild does in a build directory: files copied into a tree do not count as changes of the tree.
    const isEmpty = (await host.fs.readdir(out)).length === 0
    const temporary = join(out, `.kernelkit-${host.randomHex(4)}.tmp`)
    await host.fs.mkdir(temporary)
    try {
      const items = (await host.fs.readdir(entry.path)).filter((item) => item !== 'key.txt')
      for (const item of items) {
        signal?.throwIfAborted()
        await host.fs.cp(join(entry.path, item), join(temporary, item), { recursive: true, verbatimSymlinks: true })
      }
      if (isEmpty) await host.fs.writeFile(join(out, '.gitignore'), '*\n')
      for (const item of items) {
        const isDirectory = (await host.fs.stat(join(temporary, item))).isDirectory()
        // rename() replaces a file, but not a directory that is not empty.
        if (isDirectory) await host.fs.rm(join(out, item), { recursive: true, force: true })
        await host.fs.rename(join(temporary, item), join(out, item))
      }
    } finally {
      await host.fs.rm(temporary, { recursive: true, force: true })
    }
  })
  host.log.info(`copied to ${out}`)
}
