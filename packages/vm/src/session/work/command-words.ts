import { UserError, command, message } from '@kernelkit/core/errors'

/** A login shell of the guest: bash where there is one. */
const shell = ['/bin/sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash -l; fi; exec sh -l'] as const

const lineShell = ['/bin/sh', '-c'] as const

/** The line of a command that was one word with blanks. */
export function shellLineOf(argv: readonly string[]): string | undefined {
  const line = argv[lineShell.length]
  return argv.length === lineShell.length + 1 && lineShell.every((word, index) => argv[index] === word) ? line : undefined
}

/** What is run in the guest: one word with blanks is a shell line, and without words a terminal gets a shell. */
export function commandWords(
  words: readonly string[],
  isTerminal: boolean,
): { readonly argv: readonly string[]; readonly interactive: boolean } {
  const [only] = words
  if (only === undefined) {
    if (isTerminal) return { argv: shell, interactive: true }
    throw new UserError('COMMAND_MISSING', 'there is no command to run, and no terminal for a shell.', {
      hint: message`Write for instance ${command('kernelkit run -- uname -a')}.`,
    })
  }
  if (words.length === 1 && only.trim() === '') {
    throw new UserError('COMMAND_MISSING', 'the command is empty: it would pass on any kernel.', {
      hint: message`Write for instance ${command('kernelkit run -- uname -a')}, and check the variable that the command came from.`,
    })
  }
  if (words.length === 1 && /\s/.test(only)) return { argv: [...lineShell, only], interactive: false }
  return { argv: words, interactive: false }
}
