import { isAbsolute, join, relative } from 'node:path'

/** Where a step works: its directory on the host, and how the VM sees the directory in which it was started. */
export interface StepPlace {
  readonly cwd: string
  readonly owner: string
  /** The guest's place of `owner`, or another directory that the command was given. */
  readonly at: string
}

/** The guest's directory for a step: the same as on the host where the guest sees it, else the one that the VM was started with. */
export function guestDirectoryOf({ cwd, owner, at }: StepPlace): string {
  const inside = relative(owner, cwd)
  const isInside = !inside.startsWith('..') && !isAbsolute(inside)
  return isInside && at === owner ? join(at, inside) : at
}
