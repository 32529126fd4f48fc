import { join, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { findProjectFile, type Host } from '@kernelkit/host'

/** `[FILE] [NAME…]`: a slash or the ending marks a file, as names of tests have neither. */
export function splitWords(words: readonly string[]): { readonly named: string | undefined; readonly names: readonly string[] } {
  const [first = '', ...rest] = words
  return first.includes('/') || /\.ya?ml$/.test(first) ? { named: first, names: rest } : { named: undefined, names: words }
}

/** Absolute path of the file that is meant: the named one, the kernelkit.yaml of the named directory, or the nearest; with `mayLack` that of the working directory where there is none. */
export async function findTestsFile(
  host: Pick<Host, 'fs' | 'cwd'>,
  named: string | undefined,
  { mayLack = false }: { readonly mayLack?: boolean } = {},
): Promise<string> {
  if (named !== undefined) {
    const path = resolve(host.cwd, named)
    const stat = await host.fs.stat(path).catch((cause: unknown) => {
      throw new UserError('FILE_NOT_FOUND', `${named} does not exist.`, {
        hint: 'Name a kernelkit.yaml or its directory, then the names of tests.',
        cause,
      })
    })
    return stat.isDirectory() ? join(path, 'kernelkit.yaml') : path
  }
  const found = await findProjectFile(host)
  if (found !== undefined) return found
  if (mayLack) return join(host.cwd, 'kernelkit.yaml')
  throw new UserError('FILE_NOT_FOUND', 'there is no kernelkit.yaml here or above.', {
    hint: 'Write one with tests: [{ name: smoke, run: uname -r }], or name another FILE.',
  })
}
