/** Run a program and fail when it does not end with 0. */
export interface RunStep {
  readonly kind: 'run'
  readonly why: string
  readonly argv: readonly string[]
  /** Absolute path; default: the caller's working directory. */
  readonly cwd?: string
  /** Added to the caller's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Text given on standard input; default: nothing. */
  readonly input?: string
  /** File that takes standard output; default: the step's log. */
  readonly outputTo?: string
  /** True for steps that need the network. */
  readonly network?: boolean
}

/** Write a file whole; its folder is made when missing. */
export interface WriteStep {
  readonly kind: 'write'
  readonly why: string
  readonly path: string
  readonly content: string | Uint8Array
  /** Permission bits, default 0o644. */
  readonly mode?: number
}

/** Download a file; the checksum is verified before the file gets its name. */
export interface FetchStep {
  readonly kind: 'fetch'
  readonly why: string
  readonly url: string
  readonly to: string
  /** Lower-case hexadecimal. */
  readonly sha256?: string
}

export interface MakeDirectoryStep {
  readonly kind: 'mkdir'
  readonly why: string
  readonly path: string
  readonly mode?: number
}

/** One thing that the host does; plain data, so that `--dry-run`, tests and the run itself show the same. */
export type Step = RunStep | WriteStep | FetchStep | MakeDirectoryStep

/** Steps in order, with a title for logs and progress. */
export interface Plan {
  readonly title: string
  readonly steps: readonly Step[]
}
