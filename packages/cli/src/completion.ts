import createTab from '@bomb.sh/tab/commander'
import { createFullProgram } from './command-line.ts'
import { commandRows } from './commands/index.ts'

const completionCommandName = 'completion'

/** Print the shell's completion script on stdout. */
export async function printCompletionScript(shell: string): Promise<void> {
  const tab = await createCompleter()
  tab.setup('kernelkit', 'kernelkit', shell)
}

/** Answer the script's question on stdout: what can follow these words. */
export async function printCompletions(words: readonly string[]): Promise<void> {
  const tab = await createCompleter()
  tab.parse([...words])
}

async function createCompleter() {
  const program = await createFullProgram(commandRows.filter((row) => row.name !== completionCommandName))
  return createTab(program, { completionCommandName })
}
