import type { CommandDefinition } from '../command.ts'

export const execWrapperCommand: CommandDefinition = {
  name: 'exec-wrapper',
  summary: 'run the program of a test runner in a guest: go test -exec, cargo, meson, bats, pytest',
  example: "go test -exec 'kernelkit exec-wrapper' ./...",
  define: (command) => {
    command.argument('<program>', 'program of this machine; it and files that its arguments name are in the guest')
    command.argument('[args...]', 'its arguments')
    command.addHelpText(
      'after',
      `
The program gets its arguments, environment, working directory and standard input; its exit status is ours. Of a kernel that reports a fault the exit status is that of the verdict (docs/verdicts.md).`,
    )
  },
  projectBlock: () => 'vm',
  load: async () => (await import('../handlers/exec-wrapper.ts')).execWrapper,
}
