import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { refuseFullDisk, type Host } from '@kernelkit/host'

interface UnpackDebs {
  readonly files: readonly string[]
  readonly directory: string
  readonly signal?: AbortSignal | undefined
}

/** Every package into one directory, as dpkg would install them. */
export async function unpackDebs(host: Host, { files, directory, signal }: UnpackDebs): Promise<void> {
  for (const file of files) {
    const { exitCode, stderr } = await host.run(['dpkg-deb', '-x', file, join(directory, 'x')], {
      reject: false,
      signal,
      endsWithParent: true,
      package: 'dpkg',
    })
    signal?.throwIfAborted()
    if (exitCode === 0) continue
    refuseFullDisk(stderr)
    throw new UserError('NOT_A_KERNEL', `${file} is not a whole Debian package: ${stderr.trim().split('\n').at(-1) ?? ''}.`, {
      hint: 'Fetch the file again.',
      details: { file },
    })
  }
}
