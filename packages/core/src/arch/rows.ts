import type { Arch, ArchName } from './arch.ts'
import { i386, x86_64 } from './x86.ts'

/** The architecture table: a name of {@link ArchName} without its row does not compile. The first row is the default of hosts that have none. */
export const archRows: Readonly<Record<ArchName, Arch>> = { x86_64, i386 }

export const architectures: readonly Arch[] = Object.values(archRows)
