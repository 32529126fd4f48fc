import { createSequence, type Translator } from './translated.ts'

/** `loop/001 (description)    [passed]`, `block/001 => vdb (description)    [failed]`; once without a status when the test begins (blktests, check). */
const testLine = /^([a-z0-9_-]+\/(?:\d{3}|\*{3})(?: => \S+)?)(?: \(zoned\))?(?:\s.*?)?(?:\[(passed|failed|not run)\])?\s*$/

/** blktests' `check`: a line when a test begins and one when it ends, with indented lines below. */
export function blktestsTranslator(): Translator {
  const sequence = createSequence()
  let isOpen = false
  return {
    line: (text) => {
      const [, name, status] = testLine.exec(text) ?? []
      if (name === undefined) {
        const [, runtime] = /^\s+runtime\s.*?\.\.\.\s+(\d+(?:\.\d+)?)s\s*$/.exec(text) ?? []
        if (runtime !== undefined) sequence.change({ seconds: Number(runtime) })
        else if (sequence.current?.status === 'skip' && sequence.current.reason === '') sequence.change({ reason: text.trim() })
        else if (!/^\s+\w+\s.*\.\.\./.test(text)) sequence.explain(text)
        return []
      }
      const isSame = isOpen && sequence.current?.name === name
      isOpen = status === undefined
      const known = {
        reason: isOpen ? 'it never ended' : '',
        status: status === 'passed' ? 'pass' : status === 'not run' ? 'skip' : 'fail',
      } as const
      if (!isSame) return sequence.begin({ name, seconds: undefined, lines: [], ...known })
      sequence.change(known)
      return []
    },
    end: () => sequence.end({ isWhole: !isOpen }),
  }
}
