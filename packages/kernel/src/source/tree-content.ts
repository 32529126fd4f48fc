import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** Files of a tree without its build products, and a digest over names, modes and contents. */
export interface TreeContent {
  readonly digest: string
  /** `mode SP object SP stage TAB path`, as `git ls-files -s -z` prints them. */
  readonly entries: ReadonlyMap<string, string>
}

/** Build products of a tree whose .gitignore was lost. */
const buildProducts = [
  '*.o',
  '*.a',
  '*.ko',
  '*.mod',
  '*.mod.c',
  '*.cmd',
  '*.order',
  '*.symvers',
  '*.rej',
  '/.config',
  '/.config.old',
  '/vmlinux*',
  '/System.map',
  '/include/config/',
  '/include/generated/',
  '/arch/*/include/generated/',
  '.tmp_*',
].join('\n')

export interface TreeContentOptions {
  /** Absolute path of the tree. */
  readonly tree: string
  /** Folder of ours that keeps the index between runs. */
  readonly cache: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Read a tree's content through a git index of our own: git hashes only what changed since the last
 * run, and .gitignore says what is a build product. Neither the user's index nor their objects are
 * written; it works in plain folders too.
 */
export async function readTreeContent(host: Host, options: TreeContentOptions): Promise<TreeContent> {
  const git = await openIndex(host, options)
  const listed = await git(['ls-files', '-coz', '--exclude-standard'])
  await git(['update-index', '--add', '--remove', '--info-only', '-z', '--stdin'], listed)
  const staged = await git(['ls-files', '-sz'])
  const entries = new Map<string, string>()
  for (const line of staged.split('\0')) {
    const tab = line.indexOf('\t')
    if (tab > 0) entries.set(line.slice(tab + 1), line.slice(0, tab))
  }
  if (entries.size === 0)
    throw new UserError('NOT_A_KERNEL_TREE', `${options.tree} holds no file that git would track.`, {
      hint: 'a .gitignore above it may exclude everything.',
    })
  return { digest: host.sha256(staged), entries }
}

type Git = (args: readonly string[], input?: string) => Promise<string>

async function openIndex(host: Host, { tree, cache, signal }: TreeContentOptions): Promise<Git> {
  const repository = join(cache, 'git')
  const index = join(cache, 'index')
  const base = { cwd: tree, package: 'git', ...(signal === undefined ? {} : { signal }) }
  const clean = {
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
    GIT_OBJECT_DIRECTORY: undefined,
    GIT_PREFIX: undefined,
    LC_ALL: 'C',
  }
  if (!(await host.fs.exists(join(repository, 'HEAD')))) {
    await host.fs.mkdir(cache, { recursive: true })
    await host.run(['git', 'init', '-q', '--bare', repository], { ...base, env: clean })
    await host.fs.mkdir(join(repository, 'info'), { recursive: true })
  }
  await host.fs.writeFile(join(repository, 'info', 'exclude'), `${buildProducts}\n${await ownExcludes(host, tree, clean)}\n`)
  // A killed run leaves a lock that nobody holds: the caller holds the lock of this folder.
  await host.fs.rm(`${index}.lock`, { force: true })
  const env = { ...clean, GIT_DIR: repository, GIT_WORK_TREE: tree, GIT_INDEX_FILE: index }
  return async (args, input) =>
    (
      await host.run(
        ['git', '-c', 'core.bare=false', '-c', 'core.quotePath=false', '-c', 'core.fileMode=true', '-c', 'core.autocrlf=false', ...args],
        { ...base, env, ...(input === undefined ? {} : { input }) },
      )
    ).stdout
}

/** .git/info/exclude of the user's repository counts as it does for git. */
async function ownExcludes(host: Host, tree: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const answer = await host.run(['git', 'rev-parse', '--git-path', 'info/exclude'], { cwd: tree, env, reject: false })
  if (answer.exitCode !== 0) return ''
  return host.fs.readFile(join(tree, answer.stdout.trim()), 'utf8').catch(() => '')
}
