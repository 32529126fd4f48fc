import { resolve } from 'node:path'
import { parseAllowList, type AllowEntry } from '@kernelkit/core/console'
import { UserError, message, option } from '@kernelkit/core/errors'
import { writeFor, type Reader } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'

/** The list that --allow names; warns of entries without a reason. */
export async function readAllowed(
  host: Host,
  { named, reader = { door: 'command' } }: { readonly named: string | undefined; readonly reader?: Reader | undefined },
): Promise<readonly AllowEntry[]> {
  if (named === undefined) return []
  const text = await host.fs.readFile(resolve(host.cwd, named), 'utf8').catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', message`${option('allow', named)}: the file cannot be read.`, {
      hint: 'Name a file with one regular expression per line, each followed by its reason: `foo\\.c:12  # why`.',
      cause,
    })
  })
  const entries = parseAllowList(text, named)
  const bare = entries.filter(({ reason }) => reason === undefined)
  if (bare.length > 0) {
    const lines = bare.map(({ line }) => line).join(', ')
    const warning = message`${option('allow', named)}: no reason on line ${lines}; write it after the expression: \`  # why\``
    host.log.warn(writeFor(warning, reader))
  }
  return entries
}
