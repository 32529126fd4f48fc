import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actionBundles } from './action-bundles.ts'
import { remoteTags, type Repository } from './git.ts'
import { readVersion } from './release-state.ts'
import { movingTag, newerRelease } from './version.ts'

export interface TaggedRelease {
  readonly tag: string
  readonly commit: string
  /** The major version's tag, when it moved to this release. */
  readonly moved: string | undefined
  /** False: it was there already. */
  readonly isNew: boolean
}

/**
 * Tag this commit with the bundles of the actions added: a commit next to the branch, so that `uses:` finds them there and no other
 * commit carries them. The same sources give the same commit; running it again changes nothing.
 */
export function tagRelease(repository: Repository, remote: string): TaggedRelease {
  const { git, directory } = repository
  const version = readVersion(directory)
  const changed = git(['status', '--porcelain', '--untracked-files=no'])
  if (changed !== '') throw new Error(`files differ from the commit that is to be released:\n${changed}`)
  const tag = `v${version.text}`
  const commit = commitWithBundles(repository, actionBundles(directory), tag)
  const tags = remoteTags(repository, remote)
  const known = tags.get(tag)
  if (known !== undefined && known !== commit)
    throw new Error(`${tag} is ${known} at ${remote} already, and this would be ${commit}: a release is never replaced, make a new version`)
  const newer = newerRelease(version, tags.keys())
  const moving = newer === undefined ? movingTag(version) : undefined
  const moved = moving !== undefined && tags.get(moving) !== commit ? moving : undefined
  const refs = [
    ...(known === undefined ? [`${commit}:refs/tags/${tag}`] : []),
    // The only tag that is allowed to move.
    ...(moved === undefined ? [] : [`+${commit}:refs/tags/${moved}`]),
  ]
  if (refs.length > 0) git(['push', '--atomic', remote, ...refs])
  return { tag, commit, moved, isNew: known === undefined }
}

/** Neither the branch nor the work tree's index is touched. */
function commitWithBundles({ git }: Repository, bundles: readonly string[], tag: string): string {
  const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-release-'))
  try {
    const index = { GIT_INDEX_FILE: join(scratch, 'index') }
    git(['read-tree', 'HEAD'], index)
    // They are ignored on every branch.
    git(['add', '--force', '--', ...bundles], index)
    const date = git(['show', '--no-patch', '--format=%cI', 'HEAD'])
    const person = { NAME: 'kernelkit release', EMAIL: 'kernelkit@users.noreply.github.com', DATE: date }
    const who = Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) => Object.entries(person).map(([key, value]) => [`GIT_${role}_${key}`, value])),
    )
    const tree = git(['write-tree'], index)
    return git(['commit-tree', tree, '-p', 'HEAD', '-m', `${tag}: with the actions' bundles`], who)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
