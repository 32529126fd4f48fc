import { join } from 'node:path'
import type { Diagnostic } from '@kernelkit/core/kbuild'
import type { Host } from '@kernelkit/host'

/** manifest.json next to a kernel: what it is made of and what came out. Paths of artifacts are relative to it. */
export interface KernelManifest {
  readonly kind: 'kernel'
  readonly schema: 1
  readonly key: string
  readonly release: string
  readonly arch: string
  readonly files: {
    readonly kernel: string
    readonly vmlinux: string
    readonly config: string
    readonly systemMap: string | undefined
    readonly gdbScript: string | undefined
    /** Where the members of types are that inspect and gdb read. */
    readonly types: string | undefined
  }
  /** lib/modules/RELEASE with what the configuration made modules. */
  readonly modules?: string | undefined
  /** Directory with the same modules and their debug information. */
  readonly symbols?: string | undefined
  readonly bytes: { readonly kernel: number; readonly vmlinux: number }
  readonly sha256: { readonly kernel: string; readonly vmlinux: string; readonly config: string }
  readonly source: {
    readonly label: string
    readonly content: string
    /** The user's own directory, when the source is one. */
    readonly userTree: string | undefined
    /** Where the files are that were compiled: names in the debug information are relative to it. */
    readonly tree: string
    readonly localVersion: string
  }
  readonly buildDirectory: string
  readonly toolchain: { readonly compiler: string; readonly linker: string; readonly ccache: boolean }
  readonly makeVariables: readonly (readonly [name: string, value: string])[]
  /** Every option that was asked for: by whom and why. */
  readonly requested: readonly {
    readonly symbol: string
    readonly value: string
    readonly where: string
    readonly why: string | undefined
  }[]
  /** `+NET_SCHED for NET_SCH_FQ, net/config:31` */
  readonly added: readonly string[]
  readonly kept: readonly string[]
  readonly notes: readonly string[]
  /** Requests that were not met although the build continued (`--config-check warn`). */
  readonly unmet: readonly string[]
  readonly warnings: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  readonly objects: number
  readonly seconds: BuildSeconds
}

/** Seconds of each stage. */
export interface BuildSeconds {
  readonly source: number
  readonly configure: number
  readonly compile: number
  readonly total: number
}

const fileName = 'manifest.json'

/** The manifest in a directory of the store. */
export async function readKernelManifest(host: Host, directory: string): Promise<KernelManifest> {
  return JSON.parse(await host.fs.readFile(join(directory, fileName), 'utf8')) as KernelManifest
}

export async function writeKernelManifest(host: Host, directory: string, manifest: KernelManifest): Promise<void> {
  await host.fs.writeFile(join(directory, fileName), `${JSON.stringify(manifest, undefined, 2)}\n`)
}
