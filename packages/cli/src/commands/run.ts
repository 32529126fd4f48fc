import type { CommandDefinition } from '../command.ts'

export const runCommandDefinition: CommandDefinition = {
  name: 'run',
  summary: 'boot, run one command, end with its verdict',
  example: "kernelkit run --root host -- sh -c 'uname -r; id'",
  define: (command) => {
    command.argument('[command...]', 'command in the guest; one word with blanks is a shell line, none on a terminal is a shell')
  },
  projectBlock: () => 'vm',
  load: async () => (await import('../handlers/run.ts')).run,
}
