import { resolve } from 'node:path'
import createTab from '@bomb.sh/tab/commander'
import type { Host, ProjectFileHost } from '@kernelkit/host'
import { createFullProgram } from './command-line.ts'
import { commandRows } from './commands/index.ts'

const completionCommandName = 'completion'

/** Print the shell's completion script on stdout. */
export async function printCompletionScript(shell: string): Promise<void> {
  const { tab } = await createCompleter()
  tab.setup('kernelkit', 'kernelkit', shell)
}

/** Answer the script's question on stdout: what can follow these words. */
export async function printCompletions(words: readonly string[], host: ProjectFileHost): Promise<void> {
  const { tab, program } = await createCompleter()
  const paths = await listPaths(words.at(-1) ?? '', host)
  const completePaths = (complete: (value: string, description: string) => void) => paths.forEach((path) => complete(path, ''))
  for (const command of program.commands) {
    const known = tab.commands.get(command.name())
    for (const option of command.options) {
      const entry = known?.options.get(option.long?.slice(2) ?? '')
      if (entry !== undefined && takesPath(option.flags)) entry.handler = completePaths
    }
    for (const argument of command.registeredArguments) {
      const entry = known?.arguments.get(argument.name())
      if (entry !== undefined && takesPath(`<${argument.name()}>`)) entry.handler = completePaths
    }
  }
  const test = tab.commands.get(words[0] ?? '')
  if ((words[0] === 'test' || words[0] === 'matrix') && test !== undefined) {
    const names = await listTests(host)
    // The file may be left out: then the first word is a name too.
    for (const [argument, offered] of [
      ['file', [...names, ...paths]],
      ['names', names],
    ] as const) {
      const entry = test.arguments.get(argument)
      if (entry !== undefined) entry.handler = (complete) => offered.forEach((word) => complete(word, ''))
    }
  }
  tab.parse([...words])
}

/** Placeholders show what a value is: `<file>`, `<kernel>`, `[source]`, `<src[:dst]…>`. */
export function takesPath(flags: string): boolean {
  return /[<[](?:file|dir|path|script|source|src|what|kernel)/.test(flags)
}

/** Files and directories that begin with the word; directories end with a slash. */
export async function listPaths(word: string, host: Pick<Host, 'fs' | 'cwd'>): Promise<readonly string[]> {
  const typed = word.slice(word.indexOf('=') + 1)
  const directory = typed.slice(0, typed.lastIndexOf('/') + 1)
  const entries = await host.fs.readdir(resolve(host.cwd, directory), { withFileTypes: true }).catch(() => [])
  return entries
    .map((entry) => `${directory}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .filter((path) => path.startsWith(typed))
    .toSorted()
}

/** Names of the tests of the nearest kernelkit.yaml; none where it cannot be read. */
export async function listTests(host: ProjectFileHost): Promise<readonly string[]> {
  const { findProjectFile, openProjectFile } = await import('@kernelkit/host')
  const path = await findProjectFile(host)
  if (path === undefined) return []
  const opened = await openProjectFile(host, path).catch(() => undefined)
  return opened?.file.tests.map(({ name }) => name) ?? []
}

async function createCompleter() {
  const program = await createFullProgram(commandRows.filter((row) => row.name !== completionCommandName))
  return { tab: createTab(program, { completionCommandName }), program }
}
