import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { remoteTags, type Repository } from './git.ts'
import { parseVersion, type Version } from './version.ts'

export interface ReleaseState {
  readonly version: Version
  readonly tag: string
  /** This commit is a release without a tag. */
  readonly isDue: boolean
  readonly reason: string
}

/** A release is due when all changesets became a version (their pull request was merged) that has no tag. */
export function readReleaseState(repository: Repository, remote: string): ReleaseState {
  const version = readVersion(repository.directory)
  const tag = `v${version.text}`
  const pending = readdirSync(join(repository.directory, '.changeset')).filter((name) => name.endsWith('.md') && name !== 'README.md')
  const answer = (isDue: boolean, reason: string): ReleaseState => ({ version, tag, isDue, reason })
  if (pending.length > 0) return answer(false, `${pending.length} changesets wait for their version: ${pending.join(', ')}`)
  if (remoteTags(repository, remote).has(tag)) return answer(false, `${tag} is released`)
  return answer(true, `${tag} has no tag yet`)
}

/** All packages have one version (fixed in .changeset/config.json); the actions have it through their tag. */
export function readVersion(directory: string): Version {
  const file = join(directory, 'packages/cli/package.json')
  const { version = '' } = JSON.parse(readFileSync(file, 'utf8')) as { version?: string }
  const parsed = parseVersion(version)
  if (parsed === undefined) throw new Error(`${file}: '${version}' is not a version`)
  return parsed
}
