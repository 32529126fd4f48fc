import { guestDirectory } from '@kernelkit/core/agent'
import { UserError, message, option } from '@kernelkit/core/errors'

/** A directory that the command's user can make, and that no other user can enter: the name is random. */
export function scriptDirectory(name: string, user: string | undefined): string {
  return user === undefined ? `${guestDirectory}/${name}` : `/tmp/kernelkit-${name}`
}

/** Guest file with the script; its directory is made when the script comes. */
export interface ScriptPlace {
  readonly directory: string
  /** Words of a shell with `{0}` for the script's file; absent: bash where the guest has it, else sh. */
  readonly shell: readonly string[] | undefined
  /** Directories of the guest in front of its PATH. */
  readonly path?: readonly string[]
}

/** Shells by name, as the runner starts them. */
const shells: Readonly<Record<string, string>> = {
  bash: 'bash --noprofile --norc -eo pipefail {0}',
  sh: 'sh -e {0}',
}

/** `bash`, `sh`, or words of which one holds `{0}`. */
export function parseShell(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const words = (shells[text] ?? text).trim().split(/\s+/)
  if (words.some((word) => word.includes('{0}'))) return words
  throw new UserError(
    'BAD_INPUT',
    message`${option('shell')} is '${text}'; allowed: bash, sh, or a command in which {0} stands for the script's file.`,
    {
      hint: message`Write ${option('shell', `${text} {0}`)}, for example.`,
      details: { input: 'shell', seen: text },
    },
  )
}

// The script comes on stdin and has no stdin itself. Nothing of it, and no input, is a word of this text.
const launcher = `
file=$1 PATH=$2$PATH; shift 2
(umask 077; mkdir -p "\${file%/*}" && cat >"$file") || exit 125
if [ $# = 0 ]; then
  if command -v bash >/dev/null 2>&1; then set -- bash --noprofile --norc -eo pipefail "$file"; else set -- sh -e "$file"; fi
fi
exec "$@" </dev/null
`.trim()

/** Command of the guest that takes a script on stdin and runs it. */
export function scriptCommand({ directory, shell, path = [] }: ScriptPlace): readonly string[] {
  const file = `${directory}/script`
  return ['/bin/sh', '-c', launcher, 'kernelkit', file, path.map((one) => `${one}:`).join(''), ...scriptWords(shell, file)]
}

/** Words of the shell that runs the file; none for the guest's own choice. */
export function scriptWords(shell: readonly string[] | undefined, file: string): readonly string[] {
  return shell?.map((word) => word.replaceAll('{0}', file)) ?? []
}
