import type { CommandDefinition } from '../command.ts'

export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  summary: 'what this host can do, and the command that mends what it cannot',
  example: 'kernelkit doctor --fix',
  define: (command) => {
    command.option('--fix', 'install the missing packages (apt-get, with sudo when you are not root)')
  },
  load: async () => (await import('../handlers/doctor.ts')).doctor,
}
