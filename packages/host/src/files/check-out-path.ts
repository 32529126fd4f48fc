import { dirname, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/** Before work of minutes: that its `--out` will not fail for want of rights. Nothing is made. */
export async function checkOutPath(host: Pick<Host, 'fs' | 'cwd'>, out: string): Promise<void> {
  let place = resolve(host.cwd, out)
  // A directory takes new files; a file is replaced, which takes rights on its directory.
  for (;;) {
    const found = await host.fs.stat(place).catch(() => undefined)
    if (found?.isDirectory() === true) break
    if (place === dirname(place)) return
    place = dirname(place)
  }
  await host.fs.access(place, host.fs.constants.W_OK).catch((cause: unknown) => {
    throw new UserError('ACCESS_DENIED', `--out ${out} cannot be written: the directory ${place} is not yours to write.`, {
      hint: 'choose another --out, or mend the permissions.',
      cause,
    })
  })
}
