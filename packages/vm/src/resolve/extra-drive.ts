import { resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Drive } from '@kernelkit/core/qemu'
import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { readImageFacts } from './root-file-system.ts'

/** A disk of `--disk`: the guest finds it behind the root's. */
export async function extraDrive(host: Host, disk: VmSpec['disks'][number], persist: boolean): Promise<Drive> {
  const path = resolve(host.cwd, disk.path)
  const stat = await host.fs.stat(path).catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', `--disk ${disk.path}: there is no such file.`, {
      hint: 'make one with `truncate -s 1G FILE`.',
      cause,
    })
  })
  if (stat.isDirectory())
    throw new UserError('FILE_NOT_FOUND', `--disk ${disk.path} is a folder.`, { hint: 'share a folder with --share.' })
  const isQcow = await readImageFacts(host, path).then(
    (facts) => facts.format === 'qcow2',
    () => false,
  )
  return { path, format: isQcow ? 'qcow2' : 'raw', mode: disk.readonly ? 'ro' : persist ? 'rw' : 'snapshot' }
}
