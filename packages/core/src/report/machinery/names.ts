/** Names separated by blanks; lines that begin with `#` say where they come from. */
export function list(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(' '))
    .filter((name) => name !== '')
}

// Traces repeat each other; a log of made-up names must not fill memory.
const mostAnswers = 5000

/** The same answers, each found once: for names of functions, which traces repeat. */
export function remembered<Answer>(find: (name: string) => Answer): (name: string) => Answer {
  const answers = new Map<string, Answer>()
  return (name) => {
    const answer = answers.get(name)
    if (answer !== undefined) return answer
    if (answers.size >= mostAnswers) answers.clear()
    const found = find(name)
    // A part of a text keeps the whole text in memory (V8, sliced strings): a copy of its own does not.
    answers.set(` ${name}`.slice(1), found)
    return found
  }
}

/** Whether a name begins with the two letters of one in a list of globs: false for most names, and found faster than a name is looked up. */
export function beginningMatcher(globs: readonly string[]): (name: string) => boolean {
  const pairs = new Set(globs.map((glob) => pairOf(glob)))
  return (name) => pairs.has(pairOf(name))
}

function pairOf(name: string): number {
  return name.charCodeAt(0) * 65536 + name.charCodeAt(1)
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
