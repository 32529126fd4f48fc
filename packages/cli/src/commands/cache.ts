import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { repeatable } from '../options.ts'

export const cacheCommand: CommandDefinition = {
  name: 'cache',
  summary: 'list and prune the artifact store',
  example: 'kernelkit cache prune --max-size 10G',
  define: (command) => {
    command.argument('[action]', 'ls (the default) or prune')
    command.addOption(new Option('--kind <name>', 'only these: kernel, image, source, … as `cache ls` names them').argParser(repeatable))
    const group = 'Prune:'
    command.addOption(
      new Option('--older-than <time>', 'what was not used for this long (default: 30d when nothing else is said)').helpGroup(group),
    )
    command.addOption(new Option('--max-size <size>', 'the least recently used, until the rest fits').helpGroup(group))
    command.addOption(new Option('--all', 'everything that is not in use').helpGroup(group))
  },
  load: async () => (await import('../handlers/cache.ts')).cache,
}
