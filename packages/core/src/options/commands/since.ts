import { parseKernelReference } from '../../kernels/index.ts'
import { flagOption, readList, textOption, type RawOptions } from '../given.ts'

/** What `kernelkit since` looks for, and among which kernels. */
export interface SinceSpec {
  /** The first that fails instead of the first that passes. */
  readonly wanted: 'pass' | 'fail'
  /** Kernels of the user, the oldest first; none: what mirrors and the store offer. */
  readonly kernels: readonly string[]
  /** Of offered kernels; absent: the general one. */
  readonly flavour: string | undefined
}

/** `--first-bad`, `-k`, `--flavour`; options of kernelkit.yaml do not name the kernels of a search. */
export function parseSinceSpec(raw: RawOptions): SinceSpec {
  const own = { ...raw, kernel: (raw['kernel'] ?? []).filter(({ place }) => place === undefined) }
  const flavour = textOption(raw, 'flavour') ?? 'cloud'
  return {
    wanted: flagOption(raw, 'firstBad') ? 'fail' : 'pass',
    kernels: readList(own, 'kernel', (text) => {
      parseKernelReference(text)
      return text
    }),
    flavour: flavour === 'general' ? undefined : flavour,
  }
}
