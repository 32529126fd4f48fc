/** Names separated by blanks; lines that begin with `#` say where they come from. */
export function list(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(' '))
    .filter((name) => name !== '')
}

/** Whether a name is one of a list in which `*` stands for any rest. Exact names cost one look-up, however many there are. */
export function nameMatcher(globs: readonly string[]): (name: string) => boolean {
  const exact = new Set(globs.filter((glob) => !glob.includes('*')))
  const patterns = globs.filter((glob) => glob.includes('*'))
  if (patterns.length === 0) return (name) => exact.has(name)
  const escaped = patterns.map((glob) => glob.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*'))
  const pattern = new RegExp(`^(?:${escaped.join('|')})$`)
  return (name) => exact.has(name) || pattern.test(name)
}
