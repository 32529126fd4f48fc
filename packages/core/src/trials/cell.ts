/** One combination of a matrix: a test, and what differs between its runs. A dimension that the matrix does not have is absent. */
export interface Cell {
  readonly test: string
  /** A kernel as written: a reference, a path, or `built` for the kernel of `kernel:`. */
  readonly kernel: string | undefined
  /** Name of a configuration of the built kernel. */
  readonly config: string | undefined
  /** A root as `--root` takes it. */
  readonly root: string | undefined
  /** It may fail without failing the whole. */
  readonly allowFail: boolean
}

export const dimensions = ['test', 'kernel', 'config', 'root'] as const
export type Dimension = (typeof dimensions)[number]

/** `smoke@debian:12/cloud,root=host`: how a cell is chosen and reported; each of a matrix has another. */
export function cellName({ test, kernel, config, root }: Omit<Cell, 'allowFail'>): string {
  const at = kernel === undefined ? '' : `@${kernel}`
  return `${test}${at}${config === undefined ? '' : `,config=${config}`}${root === undefined ? '' : `,root=${root}`}`
}

/** Names of directories, one for each cell name: readable, without a slash, no longer than a file system takes. */
export function cellDirectories(names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    // 255 bytes is the limit of Linux file systems (NAME_MAX); the rest is for a number.
    const plain = name.replaceAll(/[^A-Za-z0-9._@=,+-]+/g, '-').slice(0, 200)
    let directory = plain
    for (let number = 2; taken.has(directory); number++) directory = `${plain}~${number}`
    taken.add(directory)
    return directory
  })
}
