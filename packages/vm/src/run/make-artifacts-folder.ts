import { resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { makeFolder, type Host } from '@kernelkit/host'

/** The folder of `--artifacts`; it may be there already. */
export async function makeArtifactsFolder(host: Pick<Host, 'fs' | 'cwd'>, named: string): Promise<void> {
  try {
    await makeFolder(host, resolve(host.cwd, named))
  } catch (cause) {
    throw new UserError(
      'FILE_NOT_FOUND',
      `--artifacts ${named}: the folder cannot be made (${cause instanceof Error ? cause.message : String(cause)}).`,
      { hint: 'name a folder that you may write to.', cause },
    )
  }
}
