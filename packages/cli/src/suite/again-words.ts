import { quoteArgv } from '@kernelkit/core/shell'

/** The command that runs one cell again, to be pasted. */
export function renderAgain(argv: readonly string[], cell: string): string {
  return quoteArgv(['kernelkit', ...againWords(argv, cell)])
}

/** The words of the command line with this cell alone: what belongs to the whole is left out. */
export function againWords(argv: readonly string[], cell: string): readonly string[] {
  const words: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (dropped.some((name) => word.startsWith(`${name}=`)) || flags.includes(word)) continue
    if (dropped.includes(word)) index++
    else words.push(word)
  }
  return [...words, '--cell', cell]
}

const dropped: readonly string[] = ['--cell', '--shard', '--junit', '--evidence', '--jobs', '-j']
const flags: readonly string[] = ['--json', '--yes', '--fail-fast']
