import type { TestStatus } from './result.ts'

/** A line that means something in TAP or KTAP; `column` is its indentation. */
export type KtapLine =
  | { readonly kind: 'version'; readonly column: number; readonly protocol: 'TAP' | 'KTAP'; readonly version: number }
  | { readonly kind: 'plan'; readonly column: number; readonly count: number; readonly skip: string | undefined }
  /** Begins as a plan does and names no number of tests that can be read. */
  | { readonly kind: 'bad-plan'; readonly column: number; readonly text: string }
  | { readonly kind: 'header'; readonly column: number; readonly name: string }
  | ResultLine
  | { readonly kind: 'pragma'; readonly column: number; readonly isOn: boolean; readonly name: string }
  | { readonly kind: 'bail'; readonly column: number; readonly reason: string }

export interface ResultLine {
  readonly kind: 'result'
  readonly column: number
  readonly ok: boolean
  readonly number: number | undefined
  /** A number, a dash, a directive or nothing follows the word: it begins no sentence. */
  readonly isFormal: boolean
  readonly name: string
  readonly directive: 'skip' | 'todo' | 'xfail' | 'timeout' | 'error' | undefined
  /** What stands behind `#`, the directive left out; empty when nothing does. */
  readonly reason: string
  /** A message of the kernel cut the line. */
  readonly isTorn?: true
}

// A tab is one level in the output of kernels before 5.7, four blanks are in later ones.
const tabColumns = 4
// Paths of suites repeat the names of all that are open; those of the kernel's own tests have less than 200 characters.
const longestName = 1024
// A plan of more than a billion tests is none that ran.
const mostDigits = 9

/** One line without its end; `undefined` for text that is no part of the protocol. */
export function parseKtapLine(line: string): KtapLine | undefined {
  let start = 0
  let column = 0
  for (; start < line.length; start += 1) {
    const code = line.charCodeAt(start)
    if (code === 32) column += 1
    else if (code === 9) column += tabColumns
    else break
  }
  // Most lines of a log end here.
  switch (line.charAt(start)) {
    case 'o':
    case 'n':
      return parseResult(line.slice(start), column)
    case '#':
      return parseHeader(line.slice(start), column)
    case '1':
      return parsePlan(line.slice(start), column)
    case 'K':
    case 'T':
      return parseVersion(line.slice(start), column)
    case 'p':
      return parsePragma(line.slice(start), column)
    case 'B':
    case 'b':
      return parseBail(line.slice(start), column)
    default:
      return undefined
  }
}

function parseVersion(text: string, column: number): KtapLine | undefined {
  const [, protocol, version] = /^(K?TAP) version (\d+)\s*$/.exec(text) ?? []
  if (protocol !== 'TAP' && protocol !== 'KTAP') return undefined
  return { kind: 'version', column, protocol, version: Number(version) }
}

function parsePlan(text: string, column: number): KtapLine | undefined {
  // "1...2...3" counts aloud.
  if (!text.startsWith('1..') || text[3] === '.') return undefined
  const [, count, rest = ''] = /^1\.\.(\d+)(?:\s+#(.*))?$/s.exec(text.trimEnd()) ?? []
  if (count === undefined || count.length > mostDigits) return { kind: 'bad-plan', column, text: text.trim() }
  return planOf(Number(count), rest.trimStart(), column)
}

function planOf(count: number, rest: string, column: number): KtapLine {
  const reason = unescape(rest)
  const skip = /^skip\w*:?(.*)$/is.exec(reason)?.[1]?.trim()
  // TAP 14: an empty plan is a run that was skipped, whatever the comment says.
  return { kind: 'plan', column, count, skip: skip ?? (count === 0 && reason !== '' ? reason : undefined) }
}

function parsePragma(text: string, column: number): KtapLine | undefined {
  const [, sign, name] = /^pragma ([+-])([A-Za-z][\w-]*)\s*$/.exec(text) ?? []
  return name === undefined ? undefined : { kind: 'pragma', column, isOn: sign === '+', name }
}

function parseHeader(text: string, column: number): KtapLine | undefined {
  const mark = '# Subtest: '
  return text.startsWith(mark) ? { kind: 'header', column, name: text.slice(mark.length).trim().slice(0, longestName) } : undefined
}

function parseBail(text: string, column: number): KtapLine | undefined {
  // In any letters (TAP 14).
  const found = /^bail out!(.*)$/is.exec(text)
  return found === null ? undefined : { kind: 'bail', column, reason: unescape(found[1] ?? '') }
}

function parseResult(text: string, column: number): ResultLine | undefined {
  const [whole, not, number, rest = ''] = /^(not )?ok(?: +(\d+))?(?=\s|$)(.*)$/s.exec(text) ?? []
  if (whole === undefined) return undefined
  const words = rest.trimStart()
  const [description, comment] = splitComment(words.replace(/^- /, ''))
  const [directive, reason] = readDirective(comment)
  // kselftest.h puts the name behind the directive: `ok 3 # SKIP name`.
  const isBehind = description === '' && (directive === 'skip' || directive === 'xfail' || directive === 'todo')
  return {
    kind: 'result',
    column,
    ok: not === undefined,
    // Larger ones are in no plan, and are not exact.
    number: number === undefined ? undefined : Math.min(Number(number), Number.MAX_SAFE_INTEGER),
    isFormal: number !== undefined || /^(?:- |-?$|#)/.test(words),
    name: (isBehind ? reason : description).slice(0, longestName),
    directive,
    reason: isBehind ? '' : reason,
  }
}

/** A description ends at the first `#` that is not escaped and follows a blank or an escaped backslash (TAP 14). */
function splitComment(text: string): readonly [string, string] {
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]
    if (letter === '\\' && (text[at + 1] === '\\' || text[at + 1] === '#')) at += 1
    else if (letter === '#' && (at === 0 || /[\s\\]/.test(text[at - 1] ?? '')) && /^(?:\s|[A-Z]|$)/.test(text.slice(at + 1, at + 2)))
      return [unescape(text.slice(0, at)), unescape(text.slice(at + 1))]
  }
  return [unescape(text), '']
}

function unescape(text: string): string {
  return text.trim().replaceAll(/\\([\\#])/g, '$1')
}

function readDirective(comment: string): readonly [ResultLine['directive'], string] {
  const [, word, reason = ''] = /^(skip\w*|todo|xfail|timeout|error)\b:?(.*)$/is.exec(comment) ?? []
  if (word === undefined) return [undefined, comment]
  const name = word.toLowerCase()
  const directive = name === 'todo' || name === 'xfail' || name === 'timeout' || name === 'error' ? name : 'skip'
  return [directive, reason.trim()]
}

/** Only these directives change the status; an unknown one leaves ok and not ok (ktap.rst). */
export function statusOf(line: ResultLine): TestStatus {
  if (line.directive === 'skip' || line.directive === 'todo' || line.directive === 'xfail') return line.directive
  return line.ok ? 'pass' : 'fail'
}

/** The text behind `#`, and the directives that have no status of their own. */
export function reasonOf(line: ResultLine): string | undefined {
  const words = [...(line.directive === 'timeout' || line.directive === 'error' ? [line.directive] : []), line.reason]
  const text = words.filter((word) => word !== '').join(': ')
  return text === '' ? undefined : text
}
