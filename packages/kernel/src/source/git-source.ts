import { join, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Step } from '@kernelkit/core/plan'
import { renderKernelSource } from '@kernelkit/core/options/build'
import { type KernelSource } from '@kernelkit/core/options'
import { notUnderDryRun, runSteps, withTask, type Host } from '@kernelkit/host'
import { checkKernelTree } from './kernel-tree.ts'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'

type GitSource = KernelSource & { readonly kind: 'git' }

/** A repository: the commit is its content; only that commit is fetched. */
export async function prepareGitSource(context: SourceContext, source: GitSource): Promise<PreparedSource> {
  const { host, store } = context
  const url = /^[./]/.test(source.url) ? resolve(host.cwd, source.url) : source.url
  const mirror = join(await store.workDirectory('git'), `${host.sha256(url).slice(0, 16)}.git`)
  const commit = await findCommit(context, { source, url, mirror })
  const directory = join(store.root, 'git', checkoutName(host, url, source))
  const checkout: Checkout = { source, url, mirror, commit, directory }
  const isTag = /^v\d/.test(source.ref ?? '')
  return {
    label: `${renderKernelSource(source)} (${commit.slice(0, 12)})`,
    // Of the address and the branch, not of the commit: the next commit of a branch is built over the objects of this one.
    identity: `git-${checkoutName(host, url, source)}`,
    content: `git ${commit}`,
    localVersion: isTag ? '' : `-g${commit.slice(0, 12)}`,
    userTree: undefined,
    inTree: false,
    plannedTree: join(directory, 'tree'),
    exclusive: `git-${url}`,
    steps: () => checkoutSteps(context, checkout),
    treeToConfigure: async () => ((await isCheckedOut(context, checkout)) ? join(directory, 'tree') : undefined),
    tree: async () => {
      if (store.readOnly === true) throw notUnderDryRun(`${renderKernelSource(source)} is not checked out yet`)
      return checkOut(context, checkout)
    },
  }
}

/** The commit that the reference names now: asked of the repository, unless it is a whole commit name. */
async function findCommit(
  context: SourceContext,
  { source, url, mirror }: { source: GitSource; url: string; mirror: string },
): Promise<string> {
  const { host } = context
  const ref = source.ref ?? 'HEAD'
  if (/^[0-9a-f]{40}$/.test(ref)) return ref
  const answer = await git(context, ['ls-remote', '--', url, ref, `refs/heads/${ref}`, `refs/tags/${ref}^{}`], { reject: false })
  if (answer.exitCode !== 0) {
    throw new UserError('NO_SUCH_SOURCE', `the git repository ${url} does not answer: ${complaintOf(answer.stderr)}.`, {
      hint: 'Check the address and the network; a private repository needs credentials that git itself can find.',
    })
  }
  const rows = answer.stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
  const named = (name: string) => rows.find(([, found]) => found === name)?.[0]
  const commit = named(`refs/tags/${ref}^{}`) ?? named(`refs/tags/${ref}`) ?? named(`refs/heads/${ref}`) ?? named(ref)
  if (commit !== undefined) return commit
  if (/^[0-9a-f]{7,39}$/.test(ref) && (await host.fs.exists(mirror))) {
    const known = await git(context, ['--git-dir', mirror, 'rev-parse', '--verify', '-q', `${ref}^{commit}`], { reject: false })
    if (known.exitCode === 0) return known.stdout.trim()
  }
  throw new UserError('NO_SUCH_SOURCE', `the git repository ${url} has no branch or tag '${ref}'.`, {
    hint: /^[0-9a-f]{4,39}$/.test(ref) ? 'Name a commit with all its 40 digits.' : `Run \`git ls-remote ${url}\` to see what it has.`,
  })
}

/** git ends a failure with advice over several lines; the reason is in the first `fatal:` line, and that of ssh in the line before. */
function complaintOf(stderr: string): string {
  const lines = stderr.trim().split('\n')
  const fatal = lines.findIndex((line) => line.startsWith('fatal: '))
  const line = lines[fatal]?.includes('Could not read from remote') === true ? lines[fatal - 1] : lines[fatal]
  return (line ?? lines.at(-1) ?? '').replace(/^fatal: /, '').replace(/\.$/, '')
}

interface Checkout {
  readonly source: GitSource
  readonly url: string
  readonly mirror: string
  readonly commit: string
  /** Holds the tree and its index. */
  readonly directory: string
}

/** One checkout per address and branch: the next commit changes only the files that differ, so that make compiles only these. */
async function checkOut(context: SourceContext, checkout: Checkout): Promise<string> {
  const { host, store, signal } = context
  const { source, url, commit, directory } = checkout
  await store.workDirectory('git', checkoutName(host, url, source))
  const tree = join(directory, 'tree')
  return withTask(host, { title: `fetching ${renderKernelSource(source)}`, note: () => commit.slice(0, 12) }, async (task) => {
    await runSteps(host, await checkoutSteps(context, checkout), {
      ...programOptions,
      signal,
      onStep: (step) => (step.kind === 'mkdir' ? task.update('checking out') : undefined),
    })
    await checkKernelTree(host, tree, { label: renderKernelSource(source) })
    return tree
  })
}

async function checkoutSteps(context: SourceContext, { url, mirror, commit, directory }: Checkout): Promise<readonly Step[]> {
  const hasMirror = await context.host.fs.exists(join(mirror, 'HEAD'))
  const inMirror = ['--git-dir', mirror]
  const hasCommit = hasMirror && (await git(context, [...inMirror, 'cat-file', '-e', `${commit}^{tree}`], { reject: false })).exitCode === 0
  const tree = join(directory, 'tree')
  const run = (why: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Step => ({
    kind: 'run',
    why,
    argv: ['git', ...args],
    env: { ...gitEnvironment, ...env },
  })
  return [
    ...(hasMirror ? [] : [run('a repository for what is fetched', ['init', '-q', '--bare', mirror])]),
    { kind: 'remove', why: 'a fetch that was killed leaves a lock; this is the only run in here', path: join(mirror, 'shallow.lock') },
    ...(hasCommit ? [] : [run('fetch this commit alone', [...inMirror, 'fetch', '--depth', '1', '--no-tags', '--', url, commit])]),
    { kind: 'mkdir', why: 'room for the kernel tree', path: tree },
    { kind: 'remove', why: 'the lock of a checkout that was killed', path: join(directory, 'index.lock') },
    run(
      'check out: only files that differ are written',
      [...inMirror, '--work-tree', tree, '-c', 'core.bare=false', 'read-tree', '--reset', '-u', commit],
      { GIT_INDEX_FILE: join(directory, 'index') },
    ),
  ]
}

/** The checkout is of this very commit already. */
async function isCheckedOut(context: SourceContext, { mirror, commit, directory }: Checkout): Promise<boolean> {
  const index = join(directory, 'index')
  if (!(await context.host.fs.exists(index))) return false
  const args = ['--git-dir', mirror, '-c', 'core.bare=false', '--work-tree', join(directory, 'tree')]
  const same = await git(context, [...args, 'diff-index', '--cached', '--quiet', commit, '--'], {
    reject: false,
    env: { GIT_INDEX_FILE: index, GIT_OPTIONAL_LOCKS: '0' },
  })
  return same.exitCode === 0
}

const gitEnvironment = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
}

const programOptions = { package: 'git', endsWithParent: true } as const

async function git(
  context: SourceContext,
  args: readonly string[],
  options: { readonly reject?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
) {
  return context.host.run(['git', ...args], {
    ...programOptions,
    env: { ...gitEnvironment, ...options.env },
    ...(options.reject === false ? { reject: false } : {}),
    signal: context.signal,
  })
}

function checkoutName(host: Pick<Host, 'sha256'>, url: string, source: GitSource): string {
  return host.sha256(`${url}#${source.ref ?? ''}`).slice(0, 16)
}
