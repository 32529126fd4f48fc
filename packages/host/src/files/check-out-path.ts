import { dirname, resolve } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/** Checked before work of minutes: `--out` will not fail for lack of permission. Nothing is made. */
export async function checkOutPath(host: Pick<Host, 'fs' | 'cwd'>, out: string): Promise<void> {
  let place = resolve(host.cwd, out)
  // A directory takes new files; a file is replaced, which needs permission for its directory.
  for (;;) {
    const found = await host.fs.stat(place).catch(() => undefined)
    if (found?.isDirectory() === true) break
    if (place === dirname(place)) return
    place = dirname(place)
  }
  await host.fs.access(place, host.fs.constants.W_OK).catch((cause: unknown) => {
    throw new UserError(
      'ACCESS_DENIED',
      message`${option('out')} ${out} cannot be written: the directory ${place} is not writable for you.`,
      {
        hint: message`Choose another path with ${option('out')}, or fix the permissions.`,
        cause,
      },
    )
  })
}
