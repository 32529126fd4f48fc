import { resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { makeDirectory, type Host } from '@kernelkit/host'

/** The folder that an option names; it may be there already. */
export async function makeNamedFolder(
  host: Pick<Host, 'fs' | 'cwd'>,
  { option, named }: { readonly option: string; readonly named: string },
): Promise<void> {
  try {
    await makeDirectory(host, resolve(host.cwd, named))
  } catch (cause) {
    throw new UserError(
      'FILE_NOT_FOUND',
      `${option} ${named}: the folder cannot be made (${cause instanceof Error ? cause.message : String(cause)}).`,
      { hint: 'name a folder that you may write to.', details: { option, seen: named }, cause },
    )
  }
}
