import { dirname, join, resolve } from 'node:path'
import { givenOptions } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import type { CommandContext, RawOptions } from '../command.ts'

/** Where `git bisect run` calls us, any status above 127 ends the bisection and 125 skips: unless a style was asked for it is the simple one. */
export async function withBisectionStatus({ host }: Pick<CommandContext, 'host'>, raw: RawOptions): Promise<RawOptions> {
  if (raw['status'] !== undefined) return raw
  const tree = await findBisection(host)
  if (tree === undefined) return raw
  host.log.info(`git bisect is under way in ${tree}: exit status as with --status simple`)
  return { ...raw, ...givenOptions({ status: 'simple' }) }
}

/** The working tree of the current directory, when it is being bisected (gitrepository-layout(5); git bisect start writes BISECT_START). */
async function findBisection(host: Pick<Host, 'fs' | 'cwd' | 'env'>): Promise<string | undefined> {
  const named = host.env['GIT_DIR']
  if (named !== undefined && named !== '') return (await isBisected(host, resolve(host.cwd, named))) ? host.cwd : undefined
  for (let directory = host.cwd; ; directory = dirname(directory)) {
    const git = await gitDirectory(host, directory)
    if (git !== undefined) return (await isBisected(host, git)) ? directory : undefined
    if (dirname(directory) === directory) return undefined
  }
}

/** `.git` of a working tree; in a linked one or a submodule it is a file that names the directory. */
async function gitDirectory(host: Pick<Host, 'fs'>, tree: string): Promise<string | undefined> {
  const path = join(tree, '.git')
  const stat = await host.fs.stat(path).catch(() => undefined)
  if (stat === undefined || stat.isDirectory()) return stat && path
  const named = /^gitdir: (.+)$/m.exec(await host.fs.readFile(path, 'utf8').catch(() => ''))?.[1]
  return named === undefined ? undefined : resolve(tree, named)
}

function isBisected(host: Pick<Host, 'fs'>, gitDir: string): Promise<boolean> {
  return host.fs.exists(join(gitDir, 'BISECT_START'))
}
