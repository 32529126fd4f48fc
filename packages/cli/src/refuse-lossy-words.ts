import { UserError } from '@kernelkit/core/errors'

/** What of this process is read, handed in by its first file. */
export interface OwnProcessFiles {
  readFileSync(path: string): Uint8Array
  readlinkSync(path: string, options: { readonly encoding: 'buffer' }): Uint8Array
}

/** What Node puts in the place of bytes that are not UTF-8. */
const replacement = '\uFFFD'
// Their values become paths of ours.
const pathVariables = ['HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR', 'KERNELKIT_CACHE_DIR']

/** Node reads words, variables and the current directory as UTF-8: others would be changed without notice, so they are refused. */
export function refuseLossyWords(
  files: OwnProcessFiles,
  {
    argv,
    cwd,
    env,
  }: { readonly argv: readonly string[]; readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): void {
  if (argv.some((word) => word.includes(replacement))) {
    const words = split(files.readFileSync('/proc/self/cmdline')).slice(-argv.length)
    const lossy = words.find(isLossy)
    if (lossy !== undefined)
      throw refused(
        `the word ${show(lossy)} of the command line`,
        'Pass such bytes to the guest on stdin or in a file, and give the path a name in UTF-8 (a symbolic link will do).',
      )
  }
  const named = pathVariables.find((name) => env[name]?.includes(replacement) === true)
  if (named !== undefined) {
    const value = split(files.readFileSync('/proc/self/environ')).find((pair) =>
      Buffer.from(pair).toString('latin1').startsWith(`${named}=`),
    )
    if (value !== undefined && isLossy(value)) throw refused(`the variable ${show(value)}`, `Set ${named} to a path in UTF-8.`)
  }
  if (cwd.includes(replacement)) {
    const path = files.readlinkSync('/proc/self/cwd', { encoding: 'buffer' })
    if (isLossy(path)) throw refused(`the current directory ${show(path)}`, 'Work in a directory whose path is UTF-8.')
  }
}

function refused(what: string, hint: string): UserError {
  return new UserError('NOT_UTF8', `${what} has bytes that are not UTF-8.`, { hint })
}

function split(list: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < list.length;) {
    const end = list.indexOf(0, at)
    parts.push(list.subarray(at, end < 0 ? list.length : end))
    at = end < 0 ? list.length : end + 1
  }
  return parts
}

function isLossy(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return false
  } catch {
    return true
  }
}

/** As a shell writes it: `$'a\xffb'`. */
function show(bytes: Uint8Array): string {
  const text = [...bytes].map((byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c ? String.fromCodePoint(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  )
  return `$'${text.join('')}'`
}
