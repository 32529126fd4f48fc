import type { ArchName } from './arch.ts'
import { machines, type MachineName } from './machines.ts'
import { architectures } from './rows.ts'

// What help, messages and choices of options name: rendered from the rows, so that a new row is in all of them.

const each = <T>(of: (row: (typeof architectures)[number]) => T): readonly T[] => [...new Set(architectures.map(of))]

export const archNames: readonly ArchName[] = each(({ name }) => name)

/** Every name that a user may write. */
export const archWords: readonly string[] = architectures.flatMap(({ name, aliases }) => [name, ...aliases])

/** Machine types of QEMU, the fastest first. */
export const machineNames: readonly MachineName[] = Object.keys(machines).filter((name): name is MachineName => name in machines)

/** Names of compressed images, such as make's targets. */
export const kernelImageNames: readonly string[] = each(({ imageTarget }) => imageTarget)

/** Directories of the kernel tree below arch/. */
export const sourceArchNames: readonly string[] = each(({ sourceArch }) => sourceArch)

/** Where a build leaves its image. */
export const kernelImagePaths: readonly string[] = each(({ imagePath }) => imagePath)

/** What comes after `console=`. */
export const consoleNames: readonly string[] = each(({ console }) => console)

/** Suites that are baked without a choice, for help: the first row's, then those that differ. */
export const defaultSuites: string = architectures
  .filter(({ defaultSuite }, index) => index === 0 || defaultSuite !== architectures[0]?.defaultSuite)
  .map(({ name, defaultSuite }, index) => (index === 0 ? defaultSuite : `${name}: ${defaultSuite}`))
  .join('; ')

/** Options of the consoles' drivers. */
export const consoleDrivers: readonly string[] = each(({ consoleDriver }) => consoleDriver)

/** `a`, `a or b`, `a, b or c`. */
export function listNames(names: readonly string[], word: 'and' | 'or' = 'or'): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`
}

/** Names of architectures, as help texts list them. */
export const architectureChoices: string = listNames(archNames)
