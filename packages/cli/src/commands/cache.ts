import type { CommandDefinition } from '../command.ts'

export const cacheCommand: CommandDefinition = {
  name: 'cache',
  summary: 'list and prune the artifact store',
  example: 'kernelkit cache prune --max-size 10G',
  define: (command) => {
    command.argument('[action]', 'ls (the default) or prune')
  },
  load: async () => (await import('../handlers/cache.ts')).cache,
}
