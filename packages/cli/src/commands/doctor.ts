import type { CommandDefinition } from '../command.ts'

export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  summary: 'what this host can do, and the command that fixes what it cannot',
  example: 'kernelkit doctor --fix',
  load: async () => (await import('../handlers/doctor.ts')).doctor,
}
