/** A program that is to end with 0. */
export interface RunStep {
  readonly kind: 'run'
  readonly why: string
  readonly argv: readonly string[]
  /** Added to the caller's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** A whole file; its folder is made when missing. */
export interface WriteStep {
  readonly kind: 'write'
  readonly why: string
  readonly path: string
  readonly content: string
}

export interface MakeDirectoryStep {
  readonly kind: 'mkdir'
  readonly why: string
  readonly path: string
}

/** One thing that the host does; plain data, for `--dry-run` and tests, made by what makes the commands of the run itself. */
export type Step = RunStep | WriteStep | MakeDirectoryStep

/** Steps in order, with a title for logs and progress. */
export interface Plan {
  readonly title: string
  readonly steps: readonly Step[]
}
