import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
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
  remove(): Promise<void>
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
}

/** Finds out what the names mean in the user's repository, and makes a clone that shares its objects. */
export async function openBisectionTree({ host, store, repository, good, bad, question }: OpenTreeInput): Promise<BisectionTree> {
  const resolveCommit = async (name: string) => {
    const { exitCode, stdout } = await host.run(
      ['git', '-C', repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`],
      {
        reject: false,
      },
    )
    if (exitCode === 0) return stdout.trim()
    throw new UserError('BAD_BISECTION', `'${name}' is not a commit of ${repository}.`, {
      hint: 'Name a tag, a branch or a hash; fetch it first when the repository is shallow.',
      details: { seen: name },
    })
  }
  const [goodHash, badHash] = [await resolveCommit(good), await resolveCommit(bad)]
  const isBefore =
    (await host.run(['git', '-C', repository, 'merge-base', '--is-ancestor', goodHash, badHash], { reject: false })).exitCode === 0
  if (!isBefore || goodHash === badHash) {
    throw new UserError('BAD_BISECTION', `${good} is not before ${bad}.`, {
      hint: 'Name an ancestor that is good first, then the commit that is bad.',
      details: { good: goodHash, bad: badHash },
    })
  }
  const key = host.sha256(JSON.stringify({ repository, goodHash, badHash, question })).slice(0, 32)
  const path = join(await store.workDirectory('bisections', key), 'tree')
  const git = async (...words: readonly string[]): Promise<string> => {
    // Nothing of the user's configuration, hooks or environment decides here.
    const argv = ['git', '-C', path, '-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false', ...words]
    return (await host.run(argv)).stdout.trim()
  }
  const isContinued = await host.fs.exists(join(path, '.git', 'BISECT_START'))
  if (!isContinued) {
    await host.fs.rm(path, { recursive: true, force: true })
    await host.run(['git', 'clone', '--quiet', '--shared', '--no-checkout', '--no-tags', '--', repository, path])
    await git('bisect', 'start', badHash, goodHash)
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
      const { exitCode, stderr } = await host.run(['git', '-C', path, '-c', 'core.hooksPath=/dev/null', 'bisect', answer], {
        reject: false,
      })
      if (exitCode !== 0 && exitCode !== 2) throw new Error(`git bisect ${answer}: ${stderr}`)
    },
    suspects: async () => {
      const goods = await refs('refs/bisect/good-*')
      return (await git('rev-list', 'refs/bisect/bad', '--not', ...goods)).split('\n').filter((line) => line !== '')
    },
    skipped: () => refs('refs/bisect/skip-*'),
    describe,
    log: () => git('bisect', 'log'),
    remove: () => host.fs.rm(join(path, '..'), { recursive: true, force: true }),
  }
}
