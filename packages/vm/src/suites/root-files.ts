import { join } from 'node:path'
import { packageOf } from '@kernelkit/core/kselftest'
import type { Host } from '@kernelkit/host'
import type { ResolvedRoot } from '../resolve/resolve-root.ts'

/** The root of a guest, looked at before it boots. */
export interface RootFiles {
  /** Names in a directory of the guest; `undefined` where this host cannot look. An absent one is empty. */
  readonly names: (path: string) => Promise<readonly string[] | undefined>
  readonly hasProgram: (name: string) => Promise<boolean | undefined>
}

const programDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

export function openRoot(host: Host, root: Pick<ResolvedRoot, 'kind' | 'path' | 'drive'>): RootFiles {
  const known = new Map<string, Promise<readonly string[] | undefined>>()
  const look = lookInto(host, root)
  const names = (path: string): Promise<readonly string[] | undefined> => {
    const found = known.get(path) ?? look(path)
    known.set(path, found)
    return found
  }
  return {
    names,
    hasProgram: async (name) => {
      const lists = await Promise.all(programDirectories.map(names))
      return lists.some((list) => list === undefined) ? undefined : lists.flat().includes(name)
    },
  }
}

function lookInto(host: Host, { kind, path, drive }: Pick<ResolvedRoot, 'kind' | 'path' | 'drive'>): RootFiles['names'] {
  if (kind === 'host') return (at) => host.fs.readdir(at).catch(() => [])
  if (kind === 'directory' && path !== undefined) return (at) => host.fs.readdir(join(path, at)).catch(() => [])
  if (kind === 'image' && path !== undefined && drive?.format === 'raw') return (at) => namesInImage(host, path, at)
  return async () => undefined
}

/** debugfs(8) of e2fsprogs reads ext4 without mounting it: `/INODE/MODE/UID/GID/NAME/SIZE/` a line. */
async function namesInImage(host: Host, image: string, at: string): Promise<readonly string[] | undefined> {
  const program = (await host.which('debugfs')) ?? ((await host.fs.exists('/usr/sbin/debugfs')) ? '/usr/sbin/debugfs' : '/sbin/debugfs')
  const { exitCode, stdout } = await host
    .run([program, '-R', `ls -p ${at}`, image], { reject: false })
    .catch(() => ({ exitCode: 1, stdout: '' }))
  if (exitCode !== 0 || (at === '/' && stdout === '')) return undefined
  return stdout.split('\n').flatMap((line) => {
    const name = line.split('/')[5]
    return name === undefined || name === '' || name === '.' || name === '..' ? [] : [name]
  })
}

/** Said before the boot, with what adds it. */
export function lacksProgram(user: string, program: string, { kind }: Pick<ResolvedRoot, 'kind'>): string {
  const name = packageOf(program)
  const fix = kind === 'image' ? `kernelkit bake --include ${name}` : `apt-get install ${name}`
  return `${user} wants the program ${program}, which the root lacks (${fix})`
}
