import { join } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import type { RawOptions } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'

/** A run on the default branch, as others are compared with it. */
export interface BaseResult {
  readonly sha: string
  readonly seconds: Readonly<Record<string, number | undefined>>
}

const fileName = 'boot.json'

/** The same VM of the same job in another run: what is compared must have been asked for alike. */
export function baseKey(
  host: Pick<Host, 'env' | 'sha256'>,
  { options, accel }: { readonly options: RawOptions; readonly accel: string },
): string {
  const { GITHUB_WORKFLOW: workflow, GITHUB_JOB: job } = host.env
  return `boot-${host.sha256(JSON.stringify([workflow, job, accel, comparable(options)])).slice(0, 20)}`
}

/** Without what has no part in the machine: the script, limits, where files go. */
function comparable(options: RawOptions): readonly (readonly [string, unknown])[] {
  const left = ['run', 'shell', 'env', 'timeout', 'bootTimeout', 'artifacts', 'evidence', 'junit', 'console', 'verbose', 'cacheDir', 'keep']
  return (
    Object.entries(options)
      .filter(([name]) => !left.includes(name))
      // Not where they were written.
      .map(([name, values]) => [name, values.map(({ value }) => value)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
  )
}

/** What the default branch's newest run left, or why nothing is known of it. */
export async function readBase(action: Action, key: string): Promise<BaseResult | string> {
  const missing = 'No result of the base branch to compare with'
  if (!(await action.cache.isAvailable())) return `${missing}: there is no Actions cache here.`
  await using directory = await action.host.tempDir()
  const came = await action.cache.restore({ directory: directory.path, key: `${key}-`, prefixes: [`${key}-`] })
  if (came === undefined) return `${missing}: the first passing run on the default branch leaves one.`
  return (
    parseBase(await action.host.fs.readFile(join(directory.path, fileName), 'utf8').catch(() => '')) ??
    `${missing}: what it left cannot be read.`
  )
}

/** Leaves this run for others to compare with; only the default branch does, since every branch may read from it. */
export async function writeBase(action: Action, key: string, result: BaseResult): Promise<void> {
  const { host, cache } = action
  if (!(await isDefaultBranch(action)) || !(await cache.isAvailable())) return
  await using directory = await host.tempDir()
  await host.fs.writeFile(join(directory.path, fileName), JSON.stringify(result))
  // Entries cannot be replaced: each run has its own, the newest is found by the prefix.
  const saved = await cache.save({
    directory: directory.path,
    key: `${key}-${host.env['GITHUB_RUN_ID'] ?? ''}-${host.env['GITHUB_RUN_ATTEMPT'] ?? ''}`,
  })
  host.log.info(
    saved
      ? 'boot times saved for comparison with other branches'
      : 'boot times were not saved: this run may not write to the Actions cache',
  )
}

async function isDefaultBranch({ host }: Action): Promise<boolean> {
  const { GITHUB_EVENT_NAME: event, GITHUB_EVENT_PATH: path = '', GITHUB_REF: ref } = host.env
  // Schedules run on it alone.
  if (event === 'schedule') return true
  const branch = defaultBranch(await host.fs.readFile(path, 'utf8').catch(() => ''))
  return branch !== undefined && ref === `refs/heads/${branch}`
}

/** Of the payload that triggered the run. */
export function defaultBranch(payload: string): string | undefined {
  try {
    const { repository } = JSON.parse(payload) as { readonly repository?: { readonly default_branch?: unknown } }
    return typeof repository?.default_branch === 'string' ? repository.default_branch : undefined
  } catch {
    return undefined
  }
}

/** What {@link writeBase} wrote; a branch that anybody may push to could have written it. */
export function parseBase(text: string): BaseResult | undefined {
  try {
    const { sha, seconds } = JSON.parse(text) as { readonly sha?: unknown; readonly seconds?: unknown }
    if (typeof sha !== 'string' || typeof seconds !== 'object' || seconds === null) return undefined
    const numbers = Object.entries(seconds).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    return { sha, seconds: Object.fromEntries(numbers) }
  } catch {
    return undefined
  }
}
