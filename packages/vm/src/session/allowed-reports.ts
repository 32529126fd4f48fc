import { resolve } from 'node:path'
import { parseAllowList, type AllowEntry } from '@kernelkit/core/console'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** The list that --allow names; warns of entries without a reason. */
export async function readAllowed(host: Host, named: string | undefined): Promise<readonly AllowEntry[]> {
  if (named === undefined) return []
  const text = await host.fs.readFile(resolve(host.cwd, named), 'utf8').catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', message`${option('allow', named)}: the file cannot be read.`, {
      hint: 'Name a file with one regular expression per line, each followed by its reason: `foo\\.c:12  # why`.',
      cause,
    })
  })
  const entries = parseAllowList(text, named)
  const bare = entries.filter(({ reason }) => reason === undefined)
  if (bare.length > 0)
    host.log.warn(
      `--allow ${named}: no reason on line ${bare.map(({ line }) => line).join(', ')}; write it after the expression: \`  # why\``,
    )
  return entries
}
