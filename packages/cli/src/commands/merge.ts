import type { CommandDefinition } from '../command.ts'

export const mergeCommand: CommandDefinition = {
  name: 'merge',
  summary: 'the results of all shards as one table, one JUnit document, one verdict',
  example: 'kernelkit merge shard-1 shard-2 --junit results.xml',
  define: (command) => {
    command.argument('<dirs...>', 'the --evidence directory of each shard, or one that holds them')
  },
  load: async () => (await import('../handlers/merge.ts')).merge,
}
