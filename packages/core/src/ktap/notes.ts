// A crash prints some hundred lines; what matters stands at its beginning and just before the end.
const longestHead = 80
const longestTail = 120
const longestLine = 2000
// Of a passed test only attributes and a few words are of interest.
const longestOfPassed = 20

/** Diagnostic lines with a bound: the first and the last ones are kept. */
export interface Notes {
  readonly head: string[]
  readonly tail: string[]
  dropped: number
}

export function emptyNotes(): Notes {
  return { head: [], tail: [], dropped: 0 }
}

export function addNote(notes: Notes, line: string): void {
  const text = line.length > longestLine ? `${line.slice(0, longestLine)}…` : line
  if (notes.head.length < longestHead) notes.head.push(text)
  else notes.tail.push(text)
  // Shifting one by one would make a long log quadratic.
  if (notes.tail.length >= 2 * longestTail) {
    notes.dropped += longestTail
    notes.tail.splice(0, longestTail)
  }
}

/** Moves all lines behind those of another. */
export function moveNotes(from: Notes, to: Notes): void {
  for (const line of from.head) addNote(to, line)
  to.dropped += from.dropped
  for (const line of from.tail) addNote(to, line)
  clearNotes(from)
}

// What announces the next test: kselftest's runner, its harness, KUnit.
const announces = /^\s*(?:# ){1,2}(?:selftests: |timeout set to |Subtest: | *RUN\b)/

/** What the last line with words explains; kselftests that are skipped print why, and no reason on the result line. */
export function lastComment(lines: readonly string[]): string | undefined {
  const last = lines.findLast((line) => line.trim() !== '')
  const text = last === undefined || announces.test(last) ? '' : last.replace(/^[\s#]+/, '').trimEnd()
  return text === '' ? undefined : text
}

/** Takes the lines before the first one that announces the next test. */
export function takeTrailing(notes: Notes): Notes {
  const taken = emptyNotes()
  const lines = [...notes.head, ...notes.tail]
  const end = lines.findIndex((line) => announces.test(line))
  if (end < 0) moveNotes(notes, taken)
  else if (end > 0) {
    const { dropped } = notes
    clearNotes(notes)
    for (const line of lines.slice(0, end)) addNote(taken, line)
    for (const line of lines.slice(end)) addNote(notes, line)
    notes.dropped += dropped
  }
  return taken
}

export function clearNotes(notes: Notes): void {
  notes.head.length = 0
  notes.tail.length = 0
  notes.dropped = 0
}

const none: readonly string[] = []

/** The lines without common indentation and without empty ends. */
export function notesText(notes: Notes, options: { readonly passed: boolean }): readonly string[] {
  if (notes.head.length === 0) return none
  const tail = notes.tail.slice(-longestTail)
  const dropped = notes.dropped + notes.tail.length - tail.length
  const lines = [...notes.head, ...(dropped > 0 ? [`… ${dropped} lines are left out here …`] : []), ...tail]
  const kept = options.passed ? lines.slice(0, longestOfPassed) : lines
  const indents = kept.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  const common = indents.length === 0 ? 0 : indents.reduce((a, b) => Math.min(a, b))
  return trimEmpty(kept.map((line) => line.slice(common)))
}

function trimEmpty(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line !== '')
  if (first < 0) return []
  return lines.slice(first, lines.findLastIndex((line) => line !== '') + 1)
}
