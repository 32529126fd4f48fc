import { openRepository } from './release/git.ts'
import { tagRelease } from './release/tag-release.ts'
import { repository } from './source-files.ts'

const { tag, commit, moved, isNew } = tagRelease(openRepository(repository), 'origin')
process.stdout.write(`${tag} ${isNew ? 'is' : 'was'} ${commit}${moved === undefined ? '' : `; ${moved} moved there`}\n`)
