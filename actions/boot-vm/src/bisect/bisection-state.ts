import { join } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import type { Host } from '@kernelkit/host'

/** A bisection that has begun: what main leaves for post, until it has its answer. */
export interface BegunBisection {
  /** Of the entries in the Actions cache, without the part that is the run's own. */
  readonly key: string
  /** Directory of the store in which `kernelkit bisect` keeps what it knows. */
  readonly directory: string
}

/** Entries are this bisection's: the same words in the same job of the same workflow. */
export function bisectionKey(host: Pick<Host, 'env' | 'sha256'>, words: readonly string[]): string {
  const { GITHUB_WORKFLOW: workflow, GITHUB_JOB: job } = host.env
  return `bisect-${host.sha256(JSON.stringify([workflow, job, words])).slice(0, 20)}`
}

/** What an earlier job found out before it was ended. */
export async function restoreBisection(action: Action, { key, directory }: BegunBisection): Promise<void> {
  const { host, cache } = action
  if (!(await cache.isAvailable())) return
  await using temp = await host.tempDir()
  if ((await cache.restore({ directory: temp.path, key: `${key}-`, prefixes: [`${key}-`] })) === undefined) return
  await host.fs.mkdir(directory, { recursive: true })
  for (const name of await bisections(host, temp.path)) {
    const to = join(directory, name)
    // What this machine has found out itself is not older.
    if (!(await host.fs.exists(to))) await host.fs.copyFile(join(temp.path, name), to)
  }
}

/** Leaves it for the next job; entries cannot be replaced, so each run has its own. */
export async function saveBisection(action: Action, { key, directory }: BegunBisection): Promise<void> {
  const { host, cache } = action
  const names = await bisections(host, directory)
  if (names.length === 0 || !(await cache.isAvailable())) return
  await using temp = await host.tempDir()
  for (const name of names) await host.fs.copyFile(join(directory, name), join(temp.path, name))
  const saved = await cache.save({
    directory: temp.path,
    key: `${key}-${host.env['GITHUB_RUN_ID'] ?? ''}-${host.env['GITHUB_RUN_ATTEMPT'] ?? ''}`,
  })
  host.log.info(
    saved
      ? 'the bisection is not finished: the next job of this pull request continues it'
      : 'the bisection is not finished, and was not saved: this run may not write to the Actions cache',
  )
}

async function bisections(host: Host, directory: string): Promise<readonly string[]> {
  return (await host.fs.readdir(directory).catch(() => [])).filter((name) => /^bisect-[0-9a-f]+\.json$/.test(name))
}
