import { architectures, type ArchName, type KconfigPart } from '../../arch/index.ts'
import type { FragmentOption } from './fragment.ts'

/** What the rows of the architecture table have for one place in a preset, each option with the architectures that have it. */
export function ofArchitectures(part: KconfigPart): readonly FragmentOption[] {
  const found = new Map<string, { readonly option: FragmentOption; readonly archs: ArchName[] }>()
  for (const arch of architectures) {
    for (const option of arch.kconfigParts[part]) {
      // Options that differ in value or reason are rows of their own.
      const key = JSON.stringify(option)
      const entry = found.get(key) ?? { option, archs: [] }
      found.set(key, entry)
      entry.archs.push(arch.name)
    }
  }
  return [...found.values()].map(({ option, archs }) => ({ ...option, archs }))
}
