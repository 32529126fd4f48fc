import { createSequence, type SuiteTest, type Translator } from './translated.ts'

/** `generic/001 4s ...  5s`: the name, the time of the last run, what became of it (xfstests, check). */
const testLine = /^([a-z0-9_-]+\/\d{3,})(?:\s+(.*))?$/

/** xfstests' `check`: one line for each test, lines that explain a failure after it, and a summary. */
export function xfstestsTranslator(): Translator {
  const sequence = createSequence()
  let isOver = false
  return {
    line: (text) => {
      const [, name, rest = ''] = testLine.exec(text) ?? []
      if (name !== undefined) return sequence.begin({ name, lines: [], ...outcomeOf(rest) })
      // The file system or the kernel's log is checked after the test: it fails although its own line says that it passed.
      if (/^_check_\w+:/.test(text)) sequence.change({ status: 'fail', reason: text })
      if (/^(?:Passed all \d+ tests|Failed \d+ of \d+ tests)/.test(text)) isOver = true
      if (!/^(?:Ran|Not run|Failures|Expunged|Interrupted!?|Passed all|Failed \d+ of)\b/.test(text)) sequence.explain(text)
      return []
    },
    end: () => sequence.end({ isWhole: isOver }),
  }
}

function outcomeOf(text: string): Pick<SuiteTest, 'status' | 'reason' | 'seconds'> {
  // The time of the last run is before the dots.
  const rest = text.replace(/^\d+s \.\.\.\s*/, '').trim()
  const [, notRun] = /^\[not run\]\s*(.*)$/.exec(rest) ?? []
  if (notRun !== undefined) return { status: 'skip', reason: notRun, seconds: undefined }
  if (rest.startsWith('[expunged]')) return { status: 'skip', reason: 'expunged', seconds: undefined }
  const [, seconds] = /^(\d+)s$/.exec(rest) ?? []
  if (seconds !== undefined) return { status: 'pass', reason: '', seconds: Number(seconds) }
  return { status: 'fail', reason: rest === '' ? 'it never ended' : rest.replace(/^-\s*/, ''), seconds: undefined }
}
