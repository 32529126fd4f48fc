import type { ArchName } from '../../arch/arch.ts'

/** One option of a preset, with the reason that `config show` and docs/config.md print. */
export interface FragmentOption {
  readonly symbol: string
  /** Default `y`. */
  readonly value?: 'y' | 'n' | number
  readonly why: string
  /** Absent: every architecture. */
  readonly archs?: readonly ArchName[]
  /** Not in every kernel that we build: its absence is not a failure. */
  readonly optional?: boolean
}

export interface Fragment {
  readonly name: string
  readonly summary: string
  readonly options: readonly FragmentOption[]
}
