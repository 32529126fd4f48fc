/**
 * git in a tree that may come with a checkout. A directory of it can be a repository without a work tree, whose configuration names programs: only what
 * has `.git` counts, which no commit can contain (git-config(1), safe.bareRepository). Nothing is asked which files changed (core.fsmonitor).
 */
export const treeGit = ['git', '-c', 'safe.bareRepository=explicit', '-c', 'core.fsmonitor=false'] as const
