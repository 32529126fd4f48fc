import { UserError, message, option } from '@kernelkit/core/errors'
import type { ContainerMount } from '@kernelkit/core/toolchain'
import type { Host } from '@kernelkit/host'
import { scratchDirectory } from './render-container.ts'

/** Mounted at the same path in the container, each of these would hide a directory that the container itself needs. */
const systemDirectories = [
  '',
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'proc',
  'run',
  'sbin',
  'sys',
  'usr',
  'usr/bin',
  'usr/lib',
  'usr/include',
  'usr/sbin',
  'usr/share',
  'var',
].map((name) => `/${name}`)

/** Throws `CONTAINER_MOUNT` for a path that does not exist or that cannot be seen at the same path. */
export async function checkMounts(host: Pick<Host, 'fs'>, mounts: readonly ContainerMount[]): Promise<void> {
  for (const { path } of mounts) {
    if (systemDirectories.includes(path) || path === scratchDirectory) {
      throw new UserError(
        'CONTAINER_MOUNT',
        `the directory ${path} cannot be mounted in a container at the same path: it would hide the container's own.`,
        {
          hint: message`Work in a directory below it, or use ${option('toolchain', 'host')}.`,
          details: { path },
        },
      )
    }
    if (!(await host.fs.exists(path))) {
      throw new UserError('CONTAINER_MOUNT', `${path}, which the container needs, does not exist.`, {
        hint: 'Check the path.',
        details: { path },
      })
    }
  }
}
