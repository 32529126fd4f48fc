import { execFileSync } from 'node:child_process'

export interface Repository {
  readonly directory: string
  git(args: readonly string[], env?: Readonly<Record<string, string>>): string
}

export function openRepository(directory: string): Repository {
  return {
    directory,
    git: (args, env = {}) =>
      execFileSync('git', args, {
        cwd: directory,
        encoding: 'utf8',
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }).trimEnd(),
  }
}

/** Tags of the remote with their commits; annotated ones by what they point to. */
export function remoteTags({ git }: Repository, remote: string): ReadonlyMap<string, string> {
  const lines = git(['ls-remote', '--tags', remote])
    .split('\n')
    .filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const [commit = '', ref = ''] = line.split('\t')
      // The peeled line follows its tag and wins.
      return [ref.replace(/^refs\/tags\//, '').replace(/\^\{\}$/, ''), commit] as const
    }),
  )
}
