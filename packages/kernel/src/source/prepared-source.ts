import type { Step } from '@kernelkit/core/plan'

/** Kernel source whose content is known; the tree itself may not have been fetched or unpacked yet. */
export interface PreparedSource {
  /** For people: `deb:linux-source-6.12 6.12.117-1`. */
  readonly label: string
  /** Names the work directories that belong to this source: stays the same while its files change. */
  readonly identity: string
  /** Changes with every change of the files. */
  readonly content: string
  /** What git would append to the release; kbuild does not ask git again. */
  readonly localVersion: string
  /** The directory that the user named, when it is one. */
  readonly userTree: string | undefined
  /** Build inside {@link userTree}. */
  readonly inTree: boolean
  /** Where {@link tree} will be. */
  readonly plannedTree: string
  /** Lock held from {@link tree} to the end of the build: the tree is a checkout of ours that another build would change. */
  readonly exclusive: string | undefined
  /** What makes the tree, as far as it is not there yet; in the order that {@link tree} does it. */
  steps(): Promise<readonly Step[]>
  /** Absolute path of the same files for kconfig to read without anything being made but links in `scratch`; `undefined` when they are not here yet. */
  treeToConfigure(scratch: string): Promise<string | undefined>
  /** Absolute path of the tree to build from; fetches, unpacks or copies it when that was not done yet. */
  tree(): Promise<string>
}
