import type { CommandDefinition } from '../command.ts'

export const ktapCommand: CommandDefinition = {
  name: 'ktap',
  summary: 'TAP and KTAP to a summary, JSON, JUnit XML',
  example: 'kernelkit ktap console.log --junit results.xml',
  define: (command) => {
    command.argument('<file>', 'a log with TAP 12 to 14 or KTAP 1 in it; - is stdin')
  },
  load: async () => (await import('../handlers/ktap.ts')).ktap,
}
