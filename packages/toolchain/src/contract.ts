// T4: container/container-host.ts is there (containerHost(host, {container, image, scratch, env})): build and initrd run with it; T2: it is yours to harden, please do not rename it. Host.packages answers requirement checks.
// T4: at the end, what the cli calls (T1: `obtainToolchainImage`, `listToolchainImages`, `pruneToolchains`, `planToolchain`, `defaultSuite`); say so here if yours differ.
// T1: Engine.nodeArch; ToolFiles for the whole tool; planToolchain answers ToolchainPlan.
// T2: ExecResult.timedOut, ToolContainer.mounts and limits.
// T3: putText also takes bytes (a bake's --customize script may be a binary).
import type Docker from 'dockerode'
import type { ContainerLimits, ContainerMount, ToolchainSpec } from '@kernelkit/core/toolchain'
import type { Host } from '@kernelkit/host'

/** A Docker Engine (or one that speaks its API) that answered. */
export interface Engine {
  readonly docker: Docker
  /** Where it was found, as a user would write it: `unix:///var/run/docker.sock`. */
  readonly address: string
  readonly version: string
  readonly apiVersion: string
  /** Its root is the caller: a container's root writes files that belong to the caller. */
  readonly rootless: boolean
  /** `process.arch` of the engine's machine, which need not be ours. */
  readonly nodeArch: string
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

/** `connectEngine`, `obtainToolchainImage` and what else the cli calls take. */
export interface ObtainToolchainOptions {
  readonly engine: Engine
  readonly host: Host
  readonly spec: ToolchainSpec
  /** `bootstrap`, or a registry reference by digest; undefined: what the engine has, then a bootstrap on this host, then the registry's image of the suite. */
  readonly base?: string | undefined
  /** Build again although the engine has it. */
  readonly force?: boolean
  /** The command's files; needed for `kind: 'whole'` and for nothing else. */
  readonly tool?: ToolFiles | undefined
  readonly signal?: AbortSignal | undefined
}

/** One line of `toolchain ls`. */
export interface ListedToolchain {
  readonly id: string
  readonly tag: string
  readonly key: string
  readonly base: string
  readonly spec: ToolchainSpec
  readonly bytes: number
  readonly createdAtMs: number
  /** This version of kernelkit would use it for its spec. */
  readonly current: boolean
}

export interface PruneToolchainsOptions {
  readonly engine: Engine
  readonly host: Host
  /** Those that are still of use, too, and the bases. */
  readonly all: boolean
  readonly dryRun: boolean
  /** Without it, an image of the whole tool counts as one of another version. */
  readonly tool?: ToolFiles | undefined
  readonly signal?: AbortSignal | undefined
}

/** What went, or would go; `kept` says why (a running container of ours uses it). */
export interface PrunedToolchains {
  readonly removed: readonly { readonly tag: string; readonly bytes: number }[]
  readonly kept: readonly { readonly tag: string; readonly why: string }[]
}

/** Where the running command lies: what the whole-tool image is made of. */
export interface ToolFiles {
  /** The node program that runs it. */
  readonly node: string
  /** Folder with package.json, bin and bundle of the command. */
  readonly cli: string
  /** Folder with package.json and agent of @kernelkit/vm. */
  readonly vm: string
}

/** What `obtainToolchainImage` would look for and build. */
export interface ToolchainPlan {
  readonly tag: string
  readonly key: string
  readonly dockerfile: string
  readonly packages: readonly string[]
}
