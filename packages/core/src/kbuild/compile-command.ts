/** One entry of a compile_commands.json. */
export interface CompileCommand {
  readonly directory: string
  readonly file: string
  readonly command: string
}

export interface CompileCommandPlace {
  /** Build directory: make ran in it. */
  readonly build: string
  /** Where the compiled tree was, and where the user edits the same files. */
  readonly tree: { readonly compiled: string; readonly edited: string }
  /** Makes a path absolute. */
  readonly resolve: (directory: string, path: string) => string
}

// The first line of a .NAME.o.cmd; `savedcmd_` since Linux 6.3. What follows `;` is objtool and the like.
const commandLine = /^(?:saved)?cmd_[^ ]*\.o := (.* )([^ ]*\.[cS]) *(?:;|$)/

/** How an object was compiled, from the file that kbuild leaves next to it; `undefined`: it was not compiled from C or assembler. */
export function parseCompileCommand(text: string, { build, tree, resolve }: CompileCommandPlace): CompileCommand | undefined {
  const [line = ''] = text.split('\n', 1)
  const [, prefix, path] = commandLine.exec(line) ?? []
  if (prefix === undefined || path === undefined) return undefined
  // make would read a bare # as a comment: kbuild writes it in one of these ways.
  const command = `${prefix}${path}`.replaceAll('\\#', '#').replaceAll('$(pound)', '#')
  const edited = (words: string) => (tree.compiled === tree.edited ? words : words.replaceAll(`${tree.compiled}/`, `${tree.edited}/`))
  return {
    directory: build,
    file: edited(resolve(build, path)),
    // An editor's parser takes the first word for the compiler.
    command: edited(command.replace(/^ccache /, '')),
  }
}
