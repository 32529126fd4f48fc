import { resolve } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { makeDirectory, type Host } from '@kernelkit/host'

/** Makes the directory that an option names, unless it exists; `option` is the bare name. */
export async function makeNamedDirectory(
  host: Pick<Host, 'fs' | 'cwd'>,
  { option: name, named }: { readonly option: string; readonly named: string },
): Promise<void> {
  try {
    await makeDirectory(host, resolve(host.cwd, named))
  } catch (cause) {
    throw new UserError(
      'FILE_NOT_FOUND',
      message`${option(name, named)}: the directory cannot be made (${cause instanceof Error ? cause.message : String(cause)}).`,
      { hint: 'Name a directory that you may write to.', details: { option: `--${name}`, seen: named }, cause },
    )
  }
}
