/**
 * git in a tree that may come with a checkout. A directory of it can be a repository without a work tree, whose configuration names programs: only what
 * has `.git` counts, which no commit can contain (git-config(1), safe.bareRepository). Nothing is asked which files changed (core.fsmonitor).
 */
export const treeGit = ['git', '-c', 'safe.bareRepository=explicit', '-c', 'core.fsmonitor=false'] as const

/**
 * Its environment. Variables of the caller (a hook, `git rebase --exec`) would point elsewhere, and objects that a partial clone lacks would be fetched by
 * a program that its configuration names (git(1), GIT_ALLOW_PROTOCOL): there is no protocol of this name.
 */
export const treeGitEnvironment = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_PREFIX: undefined,
  GIT_ALLOW_PROTOCOL: 'none',
  LC_ALL: 'C',
}
