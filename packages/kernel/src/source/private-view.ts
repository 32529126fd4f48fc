import { dirname, join } from 'node:path'
import { withTask, type Host } from '@kernelkit/host'
import type { TreeContent } from './tree-content.ts'

export interface PrivateViewOptions {
  readonly tree: string
  readonly content: TreeContent
  /** Folder of ours: holds the copy in `tree/` and its list. */
  readonly folder: string
  readonly signal?: AbortSignal | undefined
}

// Small files: the disk has several to work on while each call is under way.
const parallelCopies = 16

/** Bring the copy of a tree up to date: only files that changed are written, with their times, so that make sees what you changed. */
export async function updatePrivateView(host: Host, { tree, content, folder, signal }: PrivateViewOptions): Promise<string> {
  const copy = join(folder, 'tree')
  const listPath = join(folder, 'entries.json')
  const before = await readList(host, listPath)
  const gone = [...before.keys()].filter((path) => !content.entries.has(path))
  const changed = [...content.entries].filter(([path, entry]) => before.get(path) !== entry).map(([path]) => path)
  if (gone.length === 0 && changed.length === 0) return copy
  // Without the list a killed copy is not trusted: the next run writes every file again.
  await host.fs.rm(listPath, { force: true })
  await withTask(host, { title: `copying ${changed.length} source files to a private view` }, async (task) => {
    for (const path of gone) await host.fs.rm(join(copy, path), { force: true, recursive: true })
    await makeFolders(host, copy, changed)
    let done = 0
    const queue = changed[Symbol.iterator]()
    const worker = async () => {
      for (const path of queue) {
        signal?.throwIfAborted()
        await copyFile(host, join(tree, path), join(copy, path))
        done += 1
        if (done % 2000 === 0) task.update(`${done} of ${changed.length}`)
      }
    }
    await Promise.all(Array.from({ length: parallelCopies }, worker))
    await host.fs.writeAtomic(listPath, JSON.stringify([...content.entries]))
  })
  return copy
}

async function makeFolders(host: Host, root: string, paths: readonly string[]): Promise<void> {
  for (const folder of new Set(paths.map((path) => dirname(path)))) await host.fs.mkdir(join(root, folder), { recursive: true })
}

async function copyFile(host: Host, from: string, to: string): Promise<void> {
  const status = await host.fs.lstat(from)
  await host.fs.rm(to, { force: true, recursive: true })
  if (status.isSymbolicLink()) return host.fs.symlink(await host.fs.readlink(from), to)
  // A nested repository is no file of the kernel.
  if (!status.isFile()) return
  await host.fs.copyFile(from, to, host.fs.constants.COPYFILE_FICLONE)
  await host.fs.utimes(to, status.atimeMs / 1000, status.mtimeMs / 1000)
}

async function readList(host: Host, path: string): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map(JSON.parse(await host.fs.readFile(path, 'utf8')) as [string, string][])
  } catch {
    return new Map()
  }
}
