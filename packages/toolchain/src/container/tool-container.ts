import type Docker from 'dockerode'
import type { ContainerLimits, ContainerMount } from '@kernelkit/core/toolchain'

/** One container, for as long as one command needs it. */
export interface ContainerOptions {
  /** Image id or tag. */
  readonly image: string
  /** What it is for, in its label and in error messages: `build`, `bake`. */
  readonly purpose: string
  /** `caller`: the host user's uid:gid, HOME in a private tmpfs; `root`: the container's root with the default capabilities. */
  readonly user: 'caller' | 'root'
  readonly mounts: readonly ContainerMount[]
  readonly network: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly limits?: ContainerLimits
  /** Pass /dev/kvm and the group that may open it. */
  readonly kvm?: boolean
  /** Kills and removes the container at once. */
  readonly signal?: AbortSignal | undefined
}

export interface ExecOptions {
  readonly cwd?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly input?: string | Uint8Array | undefined
  /** Each whole line as it comes, without its newline. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Takes raw stdout instead of memory. */
  readonly onStdout?: (chunk: Uint8Array) => void | Promise<void>
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
}

export interface ExecResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** The kernel's OOM killer ended something in the container. */
  readonly outOfMemory: boolean
  /** It did not end within `timeoutMs`, and was ended. */
  readonly timedOut: boolean
  readonly seconds: number
}

/** A running container; disposal kills and removes it. */
export interface ToolContainer extends AsyncDisposable {
  readonly id: string
  readonly name: string
  /** What the engine was asked for when it was created. */
  readonly request: Docker.ContainerCreateOptions
  readonly mounts: readonly ContainerMount[]
  readonly limits: ContainerLimits
  /**
   * Run a program to its end; its exit status is returned, never thrown (127: no such program). An aborted signal ends
   * the whole container, since an engine cannot cancel one program; the call then rejects with the signal's reason.
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>
  /** Copy a host file in, whole, owned by the container's user. */
  putFile(file: { readonly from: string; readonly to: string; readonly mode: number }): Promise<void>
  putText(file: { readonly content: string | Uint8Array; readonly to: string; readonly mode: number }): Promise<void>
  /** Copy a file out as the caller; holes stay holes; under its name only when it is whole. */
  takeFile(file: { readonly from: string; readonly to: string; readonly signal?: AbortSignal | undefined }): Promise<void>
}
