import type { Store } from '@kernelkit/host'
import type { MaterialOptions } from './image-material.ts'
import type { BakeBackend } from '../backend/bake-backend.ts'

export interface BakeOptions {
  readonly signal?: AbortSignal | undefined
  /** Bake again although the store has it. */
  readonly force?: boolean | undefined
  /** Where it is made; default: this host. Equal tool versions give equal keys wherever that is. */
  readonly backend?: BakeBackend | undefined
}

/** What making one image starts from. */
export interface ImageJob extends Omit<MaterialOptions, 'host' | 'overlayDigest'>, BakeOptions {
  readonly store: Store
  readonly backend: BakeBackend
  /** Archive of the overlays. */
  readonly overlay: string | undefined
  /** Directory of the store to fill. */
  readonly directory: string
  readonly key: string
  /** Filled as the stages end. */
  readonly seconds: { bootstrap: number; customize: number; mkfs: number }
}
