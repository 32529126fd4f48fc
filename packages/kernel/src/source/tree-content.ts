import { join } from 'node:path'
import { treeGit, treeGitEnvironment } from '@kernelkit/core/kbuild'
import type { RunStep } from '@kernelkit/core/plan'
import type { Host } from '@kernelkit/host'

/** Files of a tree without its build products, and a digest over names, modes and contents. */
export interface TreeContent {
  readonly digest: string
  /** `mode SP object SP stage TAB path`, as `git ls-files -s -z` prints them. */
  readonly entries: ReadonlyMap<string, string>
  /** Lists the same files, without an index of ours. */
  readonly list: RunStep
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
  /** Directory of ours that keeps the index between runs. */
  readonly cache: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Read a tree's content through a git index of our own: git hashes only what changed since the last
 * run, and .gitignore says what is a build product. Neither the user's index nor their objects are
 * written; it works in plain directories too.
 */
export async function readTreeContent(host: Host, options: TreeContentOptions): Promise<TreeContent> {
  const git = await openIndex(host, options)
  const { listed, list } = await listFiles(host, git, options)
  // A nested repository ends in a slash: it is not part of the kernel.
  const files = listed.split('\0').filter((path) => path !== '' && !path.endsWith('/'))
  await git(['update-index', '--add', '--remove', '--info-only', '-z', '--stdin'], files.map((path) => `${path}\0`).join(''))
  const staged = await git(['ls-files', '-sz'])
  const entries = new Map<string, string>()
  for (const line of staged.split('\0')) {
    const tab = line.indexOf('\t')
    if (tab > 0) entries.set(line.slice(tab + 1), line.slice(0, tab))
  }
  return { digest: host.sha256(staged), entries, list }
}

/**
 * What git counts as the tree's files, separated by NUL: those of the user's repository, else what .gitignore leaves.
 * Both may leave out the whole tree (a directory that the repository around it ignores; Debian's source, whose
 * .gitignore says `/*`): then everything but build products counts. What the index has is listed as well, so that
 * files that are gone leave it.
 */
async function listFiles(host: Host, git: Git, { tree, cache, signal }: TreeContentOptions): Promise<ListedFiles> {
  const indexed = await git(['ls-files', '-cz'])
  const own = await host.run(ownList, {
    cwd: tree,
    env: treeGitEnvironment,
    reject: false,
    signal,
  })
  if (own.exitCode === 0 && holdsTree(own.stdout)) return { listed: own.stdout + indexed, list: listStep(tree, ownList) }
  // Asked of the rules, not of the list: files that the last run indexed are no longer listed as others, even when the rules ignore them.
  const ignoresItself = await git(['check-ignore', '--no-index', '-q', 'Makefile']).then(
    () => true,
    () => false,
  )
  if (!ignoresItself) {
    const listed = (await git(['ls-files', '-oz', '--exclude-standard'])) + indexed
    return { listed, list: listStep(tree, listArgv(['--exclude-per-directory=.gitignore'], buildProducts)) }
  }
  const text = await host.fs.readFile(join(tree, '.gitignore'), 'utf8').catch(() => '')
  const excludes = join(cache, 'exclude')
  const patterns = [buildProducts, ...text.split('\n').filter((line) => !/^\/?\*{1,2}$/.test(line.trim()))].join('\n')
  await host.fs.writeFile(excludes, patterns)
  const listed = (await git(['ls-files', '-oz', `--exclude-from=${excludes}`])) + indexed
  return { listed, list: listStep(tree, listArgv([], patterns)) }
}

interface ListedFiles {
  /** Names, separated by NUL. */
  readonly listed: string
  readonly list: RunStep
}

const ownList = [...treeGit, 'ls-files', '-coz', '--exclude-standard']

/** In a repository without a file in it, every file is one of the others. */
function listArgv(options: readonly string[], patterns: string): readonly string[] {
  const words = [...options, ...patterns.split('\n').flatMap((pattern) => (/^\s*(?:#|$)/.test(pattern) ? [] : [`--exclude=${pattern}`]))]
  return [
    'sh',
    '-c',
    'export GIT_DIR="$(mktemp -d)"; trap \'rm -rf "$GIT_DIR"\' EXIT; git init -q --bare; GIT_WORK_TREE=. git -c core.bare=false ls-files -oz "$@"',
    'sh',
    ...words,
  ]
}

function listStep(tree: string, argv: readonly string[]): RunStep {
  return { kind: 'run', why: 'the files of the tree without what was built', argv, cwd: tree, env: treeGitEnvironment }
}

function holdsTree(list: string): boolean {
  return list.split('\0').includes('Makefile')
}

type Git = (args: readonly string[], input?: string) => Promise<string>

async function openIndex(host: Host, { tree, cache, signal }: TreeContentOptions): Promise<Git> {
  const repository = join(cache, 'git')
  const index = join(cache, 'index')
  const base = { cwd: tree, package: 'git', signal }
  if (!(await host.fs.exists(join(repository, 'HEAD')))) {
    await host.fs.mkdir(cache, { recursive: true })
    await host.run(['git', 'init', '-q', '--bare', repository], { ...base, env: treeGitEnvironment })
  }
  await host.fs.mkdir(join(repository, 'info'), { recursive: true })
  await host.fs.writeFile(join(repository, 'info', 'exclude'), `${buildProducts}\n`)
  // A killed run leaves this lock; the caller holds the lock of the whole directory, so that no other git runs here.
  await host.fs.rm(`${index}.lock`, { force: true })
  const env = { ...treeGitEnvironment, GIT_DIR: repository, GIT_WORK_TREE: tree, GIT_INDEX_FILE: index }
  const settings = ['core.bare=false', 'core.quotePath=false', 'core.fileMode=true', 'core.autocrlf=false'].flatMap((setting) => [
    '-c',
    setting,
  ])
  return async (args, input) =>
    (await host.run(['git', ...settings, ...args], { ...base, env, ...(input === undefined ? {} : { input }) })).stdout
}
