import type Docker from 'dockerode'
import type { ContainerLimits, ContainerMount, ToolchainSpec } from '@kernelkit/core/toolchain'

/** A Docker Engine (or one that speaks its API) that answered. */
export interface Engine {
  readonly docker: Docker
  /** Where it was found, as a user would write it: `unix:///var/run/docker.sock`. */
  readonly address: string
  readonly version: string
  readonly apiVersion: string
  /** Its root is the caller: a container's root writes files that belong to the caller. */
  readonly rootless: boolean
}

/** A toolchain image that the engine has. */
export interface ToolchainImage {
  /** `sha256:…` of the engine. */
  readonly id: string
  /** `kernelkit/toolchain:<key>`. */
  readonly tag: string
  readonly key: string
  /** What it was built from: a registry reference by digest, or `bootstrap:SUITE`. */
  readonly base: string
  readonly spec: ToolchainSpec
  /** How this call came by it; the line that says so has been logged. */
  readonly found: 'local' | 'pulled' | 'built'
  /** Debian packages that it was asked to hold: requirement checks inside it are answered from them. */
  readonly packages: readonly string[]
}

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
  readonly seconds: number
}

/** A running container; disposal kills and removes it. */
export interface ToolContainer extends AsyncDisposable {
  readonly id: string
  /** Run a program to its end; its exit status is returned, never thrown. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>
  /** Copy a host file in, whole, owned by the container's user. */
  putFile(file: { readonly from: string; readonly to: string; readonly mode: number }): Promise<void>
  putText(file: { readonly content: string; readonly to: string; readonly mode: number }): Promise<void>
  /** Copy a file out as the caller; holes stay holes; under its name only when it is whole. */
  takeFile(file: { readonly from: string; readonly to: string; readonly signal?: AbortSignal | undefined }): Promise<void>
}
