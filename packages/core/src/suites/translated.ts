import { createKtapReader, type KtapReader } from '../ktap/reader.ts'

/** What one suite prints, as lines of TAP. */
export interface Translator {
  /** One line of the suite; a test's result comes when the lines that explain it have come. */
  line(text: string): readonly string[]
  /** No more lines. */
  end(): readonly string[]
}

/** A test as a suite reports it. */
export interface SuiteTest {
  readonly name: string
  readonly status: 'pass' | 'fail' | 'skip'
  readonly reason: string
  readonly seconds: number | undefined
  /** What explains it. */
  readonly lines: readonly string[]
}

/** Lines before a result explain it; at most so many are kept of one test. */
const mostLines = 200

/** Tests one after the other, each with the lines that come after its name. */
export interface TestSequence {
  /** Another test begins: the one before has ended. */
  begin(test: SuiteTest): readonly string[]
  /** A line that explains the test that was begun last. */
  explain(line: string): void
  /** What is known of it has changed. */
  change(change: Partial<Omit<SuiteTest, 'name' | 'lines'>>): void
  readonly current: SuiteTest | undefined
  /** The last one has ended; `isWhole`: there are no further ones. */
  end(options: { readonly isWhole: boolean }): readonly string[]
}

export function createSequence(): TestSequence {
  let count = 0
  let current: (Omit<SuiteTest, 'lines'> & { readonly lines: string[]; dropped: number }) | undefined
  const flush = (): readonly string[] => {
    if (current === undefined) return []
    const { name, status, reason, seconds, lines, dropped } = current
    current = undefined
    count += 1
    const words = [
      ...(status === 'skip' ? ['SKIP'] : []),
      ...(reason === '' ? [] : [reason]),
      ...(seconds === undefined || status === 'skip' ? [] : [`time=${seconds}s`]),
    ]
    const more = dropped === 0 ? [] : [`… ${dropped} more lines`]
    return [
      ...(count === 1 ? ['KTAP version 1'] : []),
      // With a mark: a line of theirs must not be a result of ours.
      ...[...lines, ...more].map((line) => `# ${line}`),
      `${status === 'fail' ? 'not ok' : 'ok'} ${count} ${name}${words.length === 0 ? '' : ` # ${words.join(' ')}`}`,
    ]
  }
  return {
    begin: (test) => {
      const ended = flush()
      current = { ...test, lines: [...test.lines], dropped: 0 }
      return ended
    },
    explain: (line) => {
      if (current === undefined || line.trim() === '') return
      if (current.lines.length < mostLines) current.lines.push(line)
      else current.dropped += 1
    },
    change: (change) => {
      if (current !== undefined) current = { ...current, ...change }
    },
    get current() {
      return current
    },
    end: ({ isWhole }) => {
      const ended = flush()
      if (count === 0) return isWhole ? ['KTAP version 1', '1..0'] : ended
      // Without its end there is one more that never reported.
      return [...ended, `1..${isWhole ? count : count + 1}`]
    },
  }
}

/** Reads the output of a suite with the reader of TAP: counts, skips and failures are those of every other test. */
export function createTranslatedReader(translator: Translator): KtapReader {
  const reader = createKtapReader({ prefixed: false, versionless: false })
  const feed = (lines: readonly string[]): void => {
    for (const text of lines) reader.read(text)
  }
  return {
    read: (line) => feed(translator.line(line)),
    progress: () => reader.progress(),
    finish: () => {
      feed(translator.end())
      return reader.finish()
    },
  }
}
