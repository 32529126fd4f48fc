import type { ToolchainSpec } from '@kernelkit/core/toolchain'
import type { Host } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'

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
  /** From the lowest to the highest; images share those that have one name. */
  readonly layers: readonly ImageLayer[]
  readonly createdAtMs: number
  /** This version of kernelkit would use it for its spec. */
  readonly current: boolean
}

export interface ImageLayer {
  readonly id: string
  readonly bytes: number
}

export interface PruneToolchainsOptions {
  readonly engine: Engine
  readonly host: Host
  /** Also those that this version would use, and the bases. */
  readonly all: boolean
  readonly dryRun: boolean
  /** Without it, an image of the whole tool counts as one of another version. */
  readonly tool?: ToolFiles | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was removed, or would be; `kept` says why not (a running container of ours uses it). */
export interface PrunedToolchains {
  readonly removed: readonly { readonly tag: string; readonly bytes: number }[]
  readonly kept: readonly { readonly tag: string; readonly why: string }[]
}

/** Where the running command lies: what the whole-tool image is made of. */
export interface ToolFiles {
  /** The node program that runs it. */
  readonly node: string
  /** Directory with package.json, bin and bundle of the command. */
  readonly cli: string
  /** Directory of the guest's programs: `agent` of @kernelkit/vm, or next to a bundle. */
  readonly agent: string
}

/** What `obtainToolchainImage` would look for and build. */
export interface ToolchainPlan {
  readonly tag: string
  readonly key: string
  readonly dockerfile: string
  readonly packages: readonly string[]
}
