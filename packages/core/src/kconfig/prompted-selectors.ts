import type { KconfigTree } from './tree.ts'

/** Symbols with a prompt whose selection, directly or through others without one, switches a symbol on. */
export function promptedSelectors(tree: KconfigTree, symbol: string): readonly string[] {
  const seen = new Set<string>()
  const found: string[] = []
  let wave = [symbol]
  while (wave.length > 0) {
    const next = [...new Set(wave.flatMap((name) => tree.symbols.get(name)?.selectedBy.map((selection) => selection.by) ?? []))].filter(
      (name) => !seen.has(name),
    )
    for (const name of next) seen.add(name)
    const hasPrompt = (name: string) => tree.symbols.get(name)?.definitions.some((definition) => definition.prompt !== undefined) === true
    found.push(...next.filter(hasPrompt))
    wave = next.filter((name) => !hasPrompt(name))
  }
  return found
}
