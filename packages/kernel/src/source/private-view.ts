import { basename, dirname, join } from 'node:path'
import type { MirrorStep } from '@kernelkit/core/plan'
import { withTask, type Host } from '@kernelkit/host'
import type { TreeContent } from './tree-content.ts'

export interface PrivateViewOptions {
  readonly tree: string
  readonly content: TreeContent
  /** Directory of ours: holds the copy in `tree/` and its list. */
  readonly directory: string
  readonly signal?: AbortSignal | undefined
}

// Small files: the disk works on several at a time.
const parallelCopies = 16

/** What is not in the copy yet, and what is no longer in the tree. */
interface Difference {
  readonly changed: readonly string[]
  readonly gone: readonly string[]
}

/** The step that brings the copy of a tree up to date; none when it is. */
export async function privateViewSteps(host: Host, options: PrivateViewOptions): Promise<readonly MirrorStep[]> {
  const { changed, gone } = await difference(host, options)
  if (gone.length === 0 && changed.length === 0) return []
  const why = `a private view of the tree, which is not written itself: ${changed.length} files are copied, with their times`
  const to = join(options.directory, 'tree')
  return [{ kind: 'mirror', why, from: options.tree, to, list: options.content.list, changed: changed.length, removed: gone.length }]
}

/** Bring the copy of a tree up to date: only files that changed are written, with their times, so that make sees what you changed. */
export async function updatePrivateView(host: Host, options: PrivateViewOptions): Promise<void> {
  const { tree, content, directory, signal } = options
  const copy = join(directory, 'tree')
  const { changed, gone } = await difference(host, options)
  const listPath = listPathIn(directory)
  // Without the list a killed copy is not trusted: the next run writes every file again.
  await host.fs.rm(listPath, { force: true })
  await withTask(host, { title: `copying ${changed.length} source files to a private view` }, async (task) => {
    for (const path of gone) await host.fs.rm(join(copy, path), { force: true, recursive: true })
    await makeDirectories(host, copy, changed)
    let done = 0
    await forEach(changed, async (path) => {
      signal?.throwIfAborted()
      await copyFile(host, join(tree, path), join(copy, path))
      done += 1
      if (done % 2000 === 0) task.update(`${done} of ${changed.length}`)
    })
    await host.fs.writeAtomic(listPath, JSON.stringify([...content.entries]))
  })
}

/** The tree without what was built in it, as links: kconfig reads it as it would read a private view. A directory with nothing built below is one link. */
export async function linkTree(host: Host, { tree, content, directory }: PrivateViewOptions): Promise<string> {
  const links = join(directory, 'tree')
  const paths = await linkedPaths(host, tree, [...content.entries.keys()])
  await host.fs.mkdir(links, { recursive: true })
  await makeDirectories(host, links, paths)
  await forEach(paths, (path) => host.fs.symlink(join(tree, path), join(links, path)))
  return links
}

/** The fewest files and directories of a tree that are these files and no others. */
async function linkedPaths(host: Host, tree: string, files: readonly string[]): Promise<readonly string[]> {
  const wanted = new Map<string, Set<string>>()
  for (const file of files) {
    for (let path = file; path !== '.'; path = dirname(path)) {
      const names = wanted.get(dirname(path)) ?? new Set()
      if (names.has(basename(path))) break
      wanted.set(dirname(path), names.add(basename(path)))
    }
  }
  const whole = new Map<string, boolean>()
  // Directories come after what is in them.
  for (const directory of [...wanted.keys()].toSorted((a, b) => b.split('/').length - a.split('/').length)) {
    const names = wanted.get(directory) ?? new Set()
    const there = await host.fs.readdir(join(tree, directory)).catch(() => [])
    whole.set(
      directory,
      there.length === names.size && there.every((name) => names.has(name) && whole.get(join(directory, name)) !== false),
    )
  }
  const collect = (directory: string): readonly string[] =>
    [...(wanted.get(directory) ?? [])].flatMap((name) => {
      const path = join(directory, name)
      return !wanted.has(path) || whole.get(path) === true ? [path] : collect(path)
    })
  return collect('.')
}

async function difference(host: Host, { content, directory }: PrivateViewOptions): Promise<Difference> {
  const before = await readList(host, listPathIn(directory))
  return {
    gone: [...before.keys()].filter((path) => !content.entries.has(path)),
    changed: [...content.entries].filter(([path, entry]) => before.get(path) !== entry).map(([path]) => path),
  }
}

function listPathIn(directory: string): string {
  return join(directory, 'entries.json')
}

async function forEach(paths: readonly string[], work: (path: string) => Promise<void>): Promise<void> {
  const queue = paths[Symbol.iterator]()
  const worker = async () => {
    for (const path of queue) await work(path)
  }
  await Promise.all(Array.from({ length: parallelCopies }, worker))
}

async function makeDirectories(host: Host, root: string, paths: readonly string[]): Promise<void> {
  for (const directory of new Set(paths.map((path) => dirname(path)))) await host.fs.mkdir(join(root, directory), { recursive: true })
}

async function copyFile(host: Host, from: string, to: string): Promise<void> {
  const status = await host.fs.lstat(from)
  await host.fs.rm(to, { force: true, recursive: true })
  if (status.isSymbolicLink()) return host.fs.symlink(await host.fs.readlink(from), to)
  // A nested repository is not part of the kernel.
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
