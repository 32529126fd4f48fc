import { commonRows, type VmSpec } from '@kernelkit/core/options'

interface Outside {
  /** The words of this command. */
  readonly argv: readonly string[]
  readonly command: string
  readonly spec: Pick<VmSpec, 'status'>
}

/** The words of the command in a container; what was decided from files that the container does not have is added. */
export function wordsInside({ argv, command, spec }: Outside): readonly string[] {
  // Before all others: what comes later may belong to the command in the guest.
  return spec.status === 'simple' ? argv.toSpliced(commandAt(argv, command) + 1, 0, '--status=simple') : argv
}

/** Where the name of the command is: after the common options, one of whose values may be the same word. */
function commandAt(argv: readonly string[], command: string): number {
  const takesValue = Object.entries(commonRows).flatMap(([name, row]) => (row.kind === 'flag' ? [] : [`--${name}`]))
  return argv.findIndex((word, index) => word === command && !takesValue.includes(argv[index - 1] ?? ''))
}
