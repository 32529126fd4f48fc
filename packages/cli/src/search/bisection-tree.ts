import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { treeGit, treeGitEnvironment } from '@kernelkit/core/kbuild'
import type { Host, Store } from '@kernelkit/host'

/** A commit as reports show it. */
export interface Commit {
  readonly hash: string
  readonly subject: string
  readonly author: string
  readonly date: string
}

/** A clone of the user's repository that is bisected: the repository itself and its work tree are only read. */
export interface BisectionTree {
  readonly path: string
  /** git's state is from an earlier start with the same question. */
  readonly isContinued: boolean
  readonly good: Commit
  readonly bad: Commit
  /** The commit that is checked out. */
  current(): Promise<Commit>
  /** The one that git wants to be tried. */
  wanted(): Promise<string>
  checkout(hash: string): Promise<void>
  /** The next commit is checked out. */
  answer(answer: 'good' | 'bad' | 'skip'): Promise<void>
  /** Commits of which one is the first bad one. */
  suspects(): Promise<readonly string[]>
  /** Commits that could not be tried. */
  skipped(): Promise<readonly string[]>
  describe(hash: string): Promise<Commit>
  log(): Promise<string>
  /** git forgets the bisection; the clone stays, so that the next one compiles only what differs. */
  end(): Promise<void>
}

export interface OpenTreeInput {
  readonly host: Host
  readonly store: Store
  /** The user's repository. */
  readonly repository: string
  readonly good: string
  readonly bad: string
  /** Everything else that the answers depend on. */
  readonly question: unknown
  readonly signal: AbortSignal
}

/**
 * Finds out what the names mean in the user's repository, and works in a clone that shares its objects. There is one for each repository, always at the
 * same path, for one bisection at a time: objects and ccache stay warm.
 */
export async function withBisectionTree<T>(input: OpenTreeInput, work: (tree: BisectionTree) => Promise<T>): Promise<T> {
  const { host, store, repository, signal } = input
  const name = host.sha256(repository).slice(0, 32)
  const directory = await store.workDirectory('bisections', name)
  const waitingFor = `another bisection of ${repository}`
  return store.withLock(`bisection-${name}`, async () => work(await openBisectionTree(input, directory)), { signal, waitingFor })
}

async function openBisectionTree({ host, repository, good, bad, question }: OpenTreeInput, directory: string): Promise<BisectionTree> {
  const ask = (...words: readonly string[]) => host.run([...treeGit, ...words], { cwd: repository, env: treeGitEnvironment, reject: false })
  const resolveCommit = async (name: string) => {
    const { exitCode, stdout } = await ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)
    if (exitCode === 0) return stdout.trim()
    throw new UserError('BAD_BISECTION', `'${name}' is not a commit of ${repository}.`, {
      hint: 'Name a tag, a branch or a hash; fetch it first when the repository is shallow.',
      details: { seen: name },
    })
  }
  const [goodHash, badHash] = [await resolveCommit(good), await resolveCommit(bad)]
  const isBefore = (await ask('merge-base', '--is-ancestor', goodHash, badHash)).exitCode === 0
  if (!isBefore || goodHash === badHash) {
    throw new UserError('BAD_BISECTION', `${good} is not before ${bad}.`, {
      hint: 'Name an ancestor that is good first, then the commit that is bad.',
      details: { good: goodHash, bad: badHash },
    })
  }
  const path = join(directory, 'tree')
  // Written when the clone is whole and bisects this question.
  const asked = join(directory, 'question')
  const key = host.sha256(JSON.stringify({ goodHash, badHash, question }))
  // No hook and no variable of the caller decides here.
  const own = ['git', '-C', path, '-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false'] as const
  const git = async (...words: readonly string[]): Promise<string> =>
    (await host.run([...own, ...words], { env: treeGitEnvironment })).stdout.trim()
  const known = await host.fs.readFile(asked, 'utf8').catch(() => '')
  // It has no objects of its own: when the repository was cloned again or cleaned, its commits may be gone.
  const hasHead = async () =>
    (await host.run([...own, 'cat-file', '-e', 'HEAD^{tree}'], { env: treeGitEnvironment, reject: false })).exitCode === 0
  const isWhole = known !== '' && (await hasHead())
  const isContinued = isWhole && known === key && (await host.fs.exists(join(path, '.git', 'BISECT_START')))
  if (!isWhole) {
    await host.fs.rm(path, { recursive: true, force: true })
    const env = { ...treeGitEnvironment, GIT_ALLOW_PROTOCOL: 'file' }
    await host.run([...treeGit, 'clone', '--quiet', '--shared', '--no-checkout', '--no-tags', '--', repository, path], { env })
  }
  // A git that was killed leaves its lock; no other one works here.
  await host.fs.rm(join(path, '.git', 'index.lock'), { force: true })
  if (!isContinued) {
    await git('bisect', 'reset', 'HEAD')
    await git('bisect', 'start', badHash, goodHash)
    await host.fs.writeAtomic(asked, key)
  }
  const describe = async (hash: string): Promise<Commit> => {
    const [full = '', subject = '', author = '', date = ''] = (
      await git('show', '--no-patch', '--format=%H%x00%s%x00%an <%ae>%x00%ad', '--date=short', hash)
    ).split('\0')
    return { hash: full, subject, author, date }
  }
  const refs = async (pattern: string) =>
    (await git('for-each-ref', '--format=%(objectname)', pattern)).split('\n').filter((line) => line !== '')
  // BISECT_EXPECTED_REV is git's own note of it (gitrepository-layout(5) keeps it in the git directory).
  const expected = async () => (await host.fs.readFile(join(path, '.git', 'BISECT_EXPECTED_REV'), 'utf8')).trim()
  return {
    path,
    isContinued,
    good: await describe(goodHash),
    bad: await describe(badHash),
    current: () => describe('HEAD'),
    wanted: expected,
    checkout: async (hash) => void (await git('checkout', '--quiet', '--force', hash)),
    answer: async (answer) => {
      // What a build or a test left must not keep git from the next commit. 2: only skipped ones are left.
      await git('reset', '--quiet', '--hard')
      const { exitCode, stderr } = await host.run([...own, 'bisect', answer], { env: treeGitEnvironment, reject: false })
      if (exitCode !== 0 && exitCode !== 2) throw new Error(`git bisect ${answer}: ${stderr}`)
    },
    suspects: async () => {
      const goods = await refs('refs/bisect/good-*')
      return (await git('rev-list', 'refs/bisect/bad', '--not', ...goods)).split('\n').filter((line) => line !== '')
    },
    skipped: () => refs('refs/bisect/skip-*'),
    describe,
    log: () => git('bisect', 'log'),
    end: async () => void (await git('bisect', 'reset', 'HEAD')),
  }
}
