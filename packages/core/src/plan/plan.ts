import type { EngineCall } from './engine-call.ts'

interface StepBase {
  /** For a reader: why it is done. */
  readonly why: string
}

/** A program that must exit with status 0. */
export interface RunStep extends StepBase {
  readonly kind: 'run'
  readonly argv: readonly string[]
  /** Added to the caller's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** File that takes its standard output. */
  readonly output?: string
  /** File that takes all that it prints. */
  readonly log?: string
  /** Name of the container that it runs in; absent: this machine. */
  readonly container?: string
}

/** A whole file; its directory is made when missing. */
export interface WriteStep extends StepBase {
  readonly kind: 'write'
  readonly path: string
  readonly content: string
  readonly mode?: number
}

export interface MakeDirectoryStep extends StepBase {
  readonly kind: 'mkdir'
  readonly path: string
  readonly mode?: number
}

/** A file under another name, with the blocks shared where the file system can. */
export interface CopyStep extends StepBase {
  readonly kind: 'copy'
  readonly from: string
  readonly to: string
  /** What a build may leave out. */
  readonly optional?: true
  /** Of the content that was read while planning. */
  readonly sha256?: string
  readonly mode?: number
}

/** A file under another name unless it has this content already, so that make sees an unchanged file; the old one is kept as `TO.old`. */
export interface UpdateStep extends StepBase {
  readonly kind: 'update'
  readonly from: string
  readonly to: string
}

/** A file or a directory that goes away if it exists. */
export interface RemoveStep extends StepBase {
  readonly kind: 'remove'
  readonly path: string
}

export interface FetchStep extends StepBase {
  readonly kind: 'fetch'
  readonly url: string
  readonly to: string
  readonly sha256?: string
}

/** A file that must have this content. */
export interface VerifyStep extends StepBase {
  readonly kind: 'verify'
  readonly path: string
  readonly sha256: string
}

/** The files of a source tree, without what was built there, in a directory of their own; only what changed is copied. */
export interface MirrorStep extends StepBase {
  readonly kind: 'mirror'
  readonly from: string
  readonly to: string
  /** Prints the names of the files, separated by NUL. */
  readonly list: RunStep
  readonly changed: number
  readonly removed: number
}

/** All files of a directory in another one. */
export interface CopyTreeStep extends StepBase {
  readonly kind: 'copy-tree'
  readonly from: string
  readonly to: string
}

/** All members of a directory in an initramfs (cpio, newc), owned by root; `console` adds /dev/console. */
export interface PackStep extends StepBase {
  readonly kind: 'pack'
  readonly from: string
  readonly to: string
  readonly console: boolean
  readonly compression: 'none' | 'gzip' | 'zstd'
}

/** A file of this machine into a container, or out of it. */
export interface TransferStep extends StepBase {
  readonly kind: 'transfer'
  readonly direction: 'in' | 'out'
  readonly container: string
  readonly from: string
  readonly to: string
  readonly mode?: number
}

/** A call of the Docker Engine API; printed as the command of Docker that makes the same call. */
export interface EngineStep extends StepBase {
  readonly kind: 'engine'
  readonly call: EngineCall
}

/** Where the list depends on what only the steps above find out; nothing can be listed until then. */
export interface PendingStep extends StepBase {
  readonly kind: 'pending'
}

/** One thing that is done, as plain data: `--dry-run` prints it, a run executes it. */
export type Step =
  | RunStep
  | WriteStep
  | MakeDirectoryStep
  | CopyStep
  | UpdateStep
  | RemoveStep
  | FetchStep
  | VerifyStep
  | MirrorStep
  | CopyTreeStep
  | PackStep
  | TransferStep
  | EngineStep
  | PendingStep

/** A text that repeats, and its name in the printed script. The value of a later one may hold an earlier one. */
export interface PlanVariable {
  readonly name: string
  readonly value: string
  /** A directory with a random name that each run makes for itself. */
  readonly perRun?: true
}

/** Steps in order, with a title for logs and progress. */
export interface Plan {
  readonly title: string
  readonly steps: readonly Step[]
  readonly variables?: readonly PlanVariable[]
}
