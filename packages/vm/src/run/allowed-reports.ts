import { resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** Regular expressions of a file, one a line; `#` begins a comment. */
export async function readAllowed(host: Host, named: string | undefined): Promise<readonly RegExp[]> {
  if (named === undefined) return []
  const text = await host.fs.readFile(resolve(host.cwd, named), 'utf8').catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', `--allow ${named}: the file cannot be read.`, {
      hint: 'name a file with one regular expression a line.',
      cause,
    })
  })
  return text.split('\n').flatMap((line, index) => {
    const pattern = line.trim()
    if (pattern === '' || pattern.startsWith('#')) return []
    try {
      return [new RegExp(pattern)]
    } catch (cause) {
      throw new UserError('BAD_OPTION', `--allow ${named}:${index + 1}: '${pattern}' is not a regular expression.`, {
        hint: 'escape characters such as ( and [ with a backslash.',
        cause,
      })
    }
  })
}
