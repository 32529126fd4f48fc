import { dirname, join } from 'node:path'
import type { KernelBuild } from './build-kernel.ts'
import type { BuildSeconds, KernelManifest } from './manifest.ts'

/** A remark of configuration or compiler; file and line where there are any. */
export interface BuildWarning {
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** The JSON document of `build`. */
export interface BuildResult {
  readonly kernel: string
  readonly vmlinux: string
  readonly config: string
  /** Directory of the modules (lib/modules/RELEASE); absent: nothing is a module. */
  readonly modules?: string
  readonly manifest: string
  readonly release: string
  readonly arch: string
  readonly key: string
  readonly cached: boolean
  /** Compiled in this run; none for a kernel of the store. */
  readonly objects: number
  readonly source: string
  readonly buildDirectory: string
  readonly seconds: BuildSeconds
  readonly bytes: KernelManifest['bytes']
  readonly sha256: KernelManifest['sha256']
  /** Dependencies that were switched in addition to what was asked for. */
  readonly added: readonly string[]
  /** Optional options left out, options kept on. */
  readonly notes: readonly string[]
  readonly unmet: readonly string[]
  readonly warnings: readonly BuildWarning[]
}

/** What `build --json` prints. */
export function resultOf({ kernel, vmlinux, config, directory, key, cached, seconds, manifest }: KernelBuild): BuildResult {
  const { release, arch, bytes, sha256, added, notes, unmet } = manifest
  const compiler = manifest.diagnostics.map(({ message, file, line, column }) => ({
    message,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }))
  return {
    kernel,
    vmlinux,
    config,
    ...(manifest.modules === undefined ? {} : { modules: join(dirname(config), manifest.modules) }),
    manifest: join(directory, 'manifest.json'),
    release,
    arch,
    key,
    cached,
    objects: cached ? 0 : manifest.objects,
    source: manifest.source.label,
    buildDirectory: manifest.buildDirectory,
    seconds,
    bytes,
    sha256,
    added,
    notes,
    unmet,
    warnings: [...manifest.warnings.map((message) => ({ message })), ...compiler],
  }
}
