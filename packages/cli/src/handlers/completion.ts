import { UserError, command, message, nearestName, option } from '@kernelkit/core/errors'
import type { CommandContext } from '../command.ts'
import { printCompletionScript } from '../completion.ts'

const shells = ['bash', 'zsh', 'fish']

/** Print the script that makes the shell ask `kernelkit complete`. */
export async function completion(context: CommandContext, args: readonly string[]): Promise<number> {
  const shell = args[0] ?? ''
  if (!shells.includes(shell)) {
    const near = nearestName(shell, shells)
    throw new UserError('BAD_OPTION', `no completion for shell '${shell}'; allowed: ${shells.join(', ')}.`, {
      hint:
        near === undefined
          ? message`Run ${command('source <(kernelkit completion bash)')}, for example.`
          : message`Did you mean ${command(`kernelkit completion ${near}`)}?`,
      details: { seen: shell, allowed: shells },
    })
  }
  if (context.json) {
    throw new UserError('BAD_OPTION', message`${option('json')} has no meaning here: the output is a shell script.`, {
      hint: message`Run ${command(`kernelkit completion ${shell}`)}.`,
    })
  }
  await printCompletionScript(shell)
  return 0
}
