import { join, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { renderKernelSource, type KernelSource } from '@kernelkit/core/options'
import { notUnderDryRun, withTask, type Host } from '@kernelkit/host'
import { checkKernelTree } from './kernel-tree.ts'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'

type GitSource = KernelSource & { readonly kind: 'git' }

/** A repository: the commit is its content; only that commit is fetched. */
export async function prepareGitSource(context: SourceContext, source: GitSource): Promise<PreparedSource> {
  const { host, store } = context
  const url = /^[./]/.test(source.url) ? resolve(host.cwd, source.url) : source.url
  const mirror = join(await store.workFolder('git'), `${host.sha256(url).slice(0, 16)}.git`)
  const commit = await findCommit(context, { source, url, mirror })
  const isTag = /^v\d/.test(source.ref ?? '')
  return {
    label: `${renderKernelSource(source)} (${commit.slice(0, 12)})`,
    // Of the address and the branch, not of the commit: the next commit of a branch is built over the objects of this one.
    identity: `git-${checkoutName(host, url, source)}`,
    content: `git ${commit}`,
    localVersion: isTag ? '' : `-g${commit.slice(0, 12)}`,
    userTree: undefined,
    inTree: false,
    plannedTree: join(store.root, 'git', checkoutName(host, url, source), 'tree'),
    exclusive: `git-${url}`,
    tree: async () => {
      if (store.readOnly === true) throw notUnderDryRun(`${renderKernelSource(source)} is not checked out yet`)
      return checkOut(context, { source, url, mirror, commit })
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
      hint: 'check the address and the network; a private repository needs credentials that git itself can find.',
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
    hint: /^[0-9a-f]{4,39}$/.test(ref) ? 'a commit is named with all its 40 digits.' : `see what it has: git ls-remote ${url}`,
  })
}

/** git ends a failure with advice over several lines; what went wrong stands in the first `fatal:`, what ssh says before it. */
function complaintOf(stderr: string): string {
  const lines = stderr.trim().split('\n')
  const fatal = lines.findIndex((line) => line.startsWith('fatal: '))
  const line = lines[fatal]?.includes('Could not read from remote') === true ? lines[fatal - 1] : lines[fatal]
  return (line ?? lines.at(-1) ?? '').replace(/^fatal: /, '').replace(/\.$/, '')
}

/** One checkout per address and branch: the next commit changes only the files that differ, so that make compiles only these. */
async function checkOut(
  context: SourceContext,
  { source, url, mirror, commit }: { source: GitSource; url: string; mirror: string; commit: string },
): Promise<string> {
  const { host, store } = context
  const folder = await store.workFolder('git', checkoutName(host, url, source))
  const tree = join(folder, 'tree')
  return withTask(host, { title: `fetching ${renderKernelSource(source)}`, note: () => commit.slice(0, 12) }, async (task) => {
    if (!(await host.fs.exists(join(mirror, 'HEAD')))) await git(context, ['init', '-q', '--bare', mirror])
    const inMirror = ['--git-dir', mirror]
    // A fetch that was killed leaves locks behind; ours is the only run in here.
    await host.fs.rm(join(mirror, 'shallow.lock'), { force: true })
    const known = await git(context, [...inMirror, 'cat-file', '-e', `${commit}^{tree}`], { reject: false })
    if (known.exitCode !== 0) await git(context, [...inMirror, 'fetch', '--depth', '1', '--no-tags', '--', url, commit])
    task.update('checking out')
    await host.fs.mkdir(tree, { recursive: true })
    await host.fs.rm(join(folder, 'index.lock'), { force: true })
    await git(context, [...inMirror, '--work-tree', tree, '-c', 'core.bare=false', 'read-tree', '--reset', '-u', commit], {
      env: { GIT_INDEX_FILE: join(folder, 'index') },
    })
    await checkKernelTree(host, tree, { label: renderKernelSource(source) })
    return tree
  })
}

async function git(
  context: SourceContext,
  args: readonly string[],
  options: { readonly reject?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
) {
  const env = {
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    ...options.env,
  }
  return context.host.run(['git', ...args], {
    env,
    package: 'git',
    endsWithParent: true,
    ...(options.reject === false ? { reject: false } : {}),
    signal: context.signal,
  })
}

function checkoutName(host: Pick<Host, 'sha256'>, url: string, source: GitSource): string {
  return host.sha256(`${url}#${source.ref ?? ''}`).slice(0, 16)
}
