import type { Readable } from 'node:stream'
import type { VmSpec } from '@kernelkit/core/options/vm'

/** The program of a test runner, and what it gets. */
export interface WrappedProgram {
  readonly argv: readonly string[]
  readonly spec: VmSpec
  readonly env: Readonly<Record<string, string>>
  /** Absent: no input. */
  readonly stdin: Readable | undefined
}
