import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/** What make, sh or gcc's prefix maps (OLD=NEW) read as something else than a part of a path. make has no way to quote most of them. */
const special = /[\s"'`$:;&|<>()*?[\]{}#%\\=]/u

const names: Readonly<Record<string, string>> = {
  ' ': 'a blank',
  '\t': 'a tab',
  '\n': 'a line break',
  ':': 'a colon',
  $: 'a dollar sign',
  "'": 'a quote',
  '"': 'a quote',
}

/** The first character of a path that a kernel's build cannot take, in words: `a blank`, `the character #`. */
export function specialCharacter(path: string): string | undefined {
  const found = special.exec(path)?.[0]
  return found === undefined ? undefined : (names[found] ?? `the character ${found}`)
}

/** Refuses a store or a TMPDIR that a kernel's build cannot use: make would write to another directory, or nothing. To be called before the store is opened. */
export function requirePlainPaths(host: Pick<Host, 'env'>, storeRoot: string): void {
  const character = specialCharacter(storeRoot)
  if (character !== undefined) {
    throw new UserError(
      'PATH_NOT_PLAIN',
      `the store ${storeRoot} has ${character} in its path, which make cannot take: a kernel cannot be built there.`,
      {
        hint: message`Name a directory without it: ${option('cache-dir', '/var/tmp/kernelkit')}, or KERNELKIT_CACHE_DIR for all commands.`,
        details: { path: storeRoot },
      },
    )
  }
  const { TMPDIR: temporary = '' } = host.env
  const inTemporary = specialCharacter(temporary)
  if (inTemporary === undefined) return
  throw new UserError('PATH_NOT_PLAIN', `TMPDIR (${temporary}) has ${inTemporary} in its path, which make and sh cannot take.`, {
    hint: 'Unset TMPDIR, or set it to a path without it.',
    details: { path: temporary },
  })
}
