import type { KeyMaterial } from '@kernelkit/core/cachekey'

/** What artifacts are: the names of the top-level directories of the store. */
export const artifactKinds = ['kernel', 'image', 'source', 'agent', 'rootfs'] as const

export type ArtifactKind = (typeof artifactKinds)[number]

/** A finished artifact: an immutable directory with its files, `manifest.json` and `key.txt`. */
export interface StoreEntry {
  readonly kind: ArtifactKind
  /** Hexadecimal, from the key material. */
  readonly key: string
  /** Absolute path of the directory. */
  readonly path: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly usedAt: number
}

/** An entry that is wanted, and how it is made when it is not there. */
export interface ObtainOptions {
  readonly kind: ArtifactKind
  readonly material: KeyMaterial
  /** Fills the directory, which is renamed to its final name when this returns. */
  readonly produce: (directory: string) => Promise<void>
  readonly signal?: AbortSignal | undefined
  /** Make it again although it exists. */
  readonly force?: boolean | undefined
}

/** An entry that the store of this machine lacks. */
export interface RemoteRequest {
  readonly kind: ArtifactKind
  readonly key: string
  /** Empty, and emptied again when the remote store does not have the entry. */
  readonly directory: string
  readonly signal?: AbortSignal | undefined
}

/** A place beyond this machine that entries come from before they are made, and go to when they were. */
export interface RemoteStore {
  /** Fills the directory with all files of the entry, `key.txt` too; `false` when it does not have it complete. */
  fetch(request: RemoteRequest): Promise<boolean>
  /** Takes an entry that was made here, if it wants it. */
  offer(entry: StoreEntry): Promise<void>
}

/** The content-addressed store of artifacts: half-made directories never carry a final name, two makers of one key wait for each other. */
export interface Store {
  readonly root: string
  /** True under --dry-run: nothing below the root may change, notes included. */
  readonly readOnly?: boolean
  keyOf(material: KeyMaterial): string
  /** Here, or brought from the remote store. */
  lookup(kind: ArtifactKind, key: string): Promise<StoreEntry | undefined>
  /** The entry of a key, made by `produce` when missing; `cached` says which. A second maker waits and logs it. */
  obtain(options: ObtainOptions): Promise<{ readonly entry: StoreEntry; readonly cached: boolean }>
  /** Run `work` while holding a named lock (build directories, project state). */
  withLock<T>(
    name: string,
    work: () => Promise<T>,
    options?: { readonly signal?: AbortSignal | undefined; readonly waitingFor?: string },
  ): Promise<T>
  /** A directory below the store that outlives runs and is not content-addressed: build directories, ccache, downloads. */
  workDirectory(...parts: readonly string[]): Promise<string>
  list(): Promise<readonly (StoreEntry & { readonly bytes: number })[]>
  remove(entry: StoreEntry): Promise<void>
}
