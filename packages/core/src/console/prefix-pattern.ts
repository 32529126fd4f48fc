/** A prefix of lines in which numbers, times and tasks may differ. */
export interface PrefixPattern {
  /** The same for prefixes that differ in nothing else. */
  readonly key: string
  /** How much of a line it is, and who printed the line; undefined for a line that begins otherwise. */
  match(line: string): { readonly width: number; readonly caller: string | undefined } | undefined
}

/** What a prefix consists of; each part ends where the next begins, so a line is looked at once and letter by letter. */
type Part =
  | { readonly kind: 'brackets' | 'blanks' | 'digits' | 'word' | 'capital' | 'name' | 'fields' }
  /** At the start of a line: none too. */
  | { readonly kind: 'padding' }
  | { readonly kind: 'text'; readonly text: string }

const token = /\[[^\]]{0,100}\]|[ \t]+|[A-Za-z0-9_]+|[^]/g
const longestBrackets = 101
const longestFields = 100
const monthOrDay = /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/
// /dev/kmsg: level, number, time, flags, and whatever later kernels add, up to a semicolon.
const record = /^\d+,\d+,\d+,[^;]*;$/

/** Learns the pattern of a prefix. */
export function prefixPattern(prefix: string): PrefixPattern {
  const parts = record.test(prefix) ? recordParts : mergeTexts(partsOf(prefix))
  const callerIn = callerBrackets(prefix)
  return {
    key: parts.map((part) => (part.kind === 'text' ? JSON.stringify(part.text) : part.kind)).join(' '),
    match: (line) => {
      let at = 0
      let brackets = 0
      let caller: string | undefined
      for (const part of parts) {
        const end = endOfPart(part, line, at)
        if (end < 0) return undefined
        if (part.kind === 'brackets') {
          brackets += 1
          if (brackets === callerIn) caller = callerNamed(line.slice(afterBlanks(line, at + 1), end - 1))
        } else if (part.kind === 'fields') caller = /,caller=([TC]\d+)$/.exec(line.slice(at, end))?.[1]
        at = end
      }
      return { width: at, caller }
    },
  }
}

const comma: Part = { kind: 'text', text: ',' }
const recordParts: readonly Part[] = [
  { kind: 'digits' },
  comma,
  { kind: 'digits' },
  comma,
  { kind: 'digits' },
  comma,
  { kind: 'fields' },
  { kind: 'text', text: ';' },
]

function partsOf(prefix: string): readonly Part[] {
  const tokens = prefix.match(token) ?? []
  return tokens.map((text, index): Part => {
    if (isBracketed(text)) return { kind: 'brackets' }
    // What a log is padded with varies; the last blanks are the same, or they would take a part of the indentation.
    if (/^[ \t]/.test(text)) return index === tokens.length - 1 ? { kind: 'text', text } : { kind: index === 0 ? 'padding' : 'blanks' }
    if (/^\d+$/.test(text)) return { kind: 'digits' }
    if (/^[A-Z]$/.test(text)) return { kind: 'capital' }
    if (monthOrDay.test(text)) return { kind: 'name' }
    return /^\w+$/.test(text) && /\d/.test(text) ? { kind: 'word' } : { kind: 'text', text }
  })
}

function mergeTexts(parts: readonly Part[]): readonly Part[] {
  const merged: Part[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (part.kind === 'text' && last?.kind === 'text') merged[merged.length - 1] = { kind: 'text', text: last.text + part.text }
    else merged.push(part)
  }
  return merged
}

/** Where a part that begins at `at` ends; -1 when something else is there. */
function endOfPart(part: Part, line: string, at: number): number {
  switch (part.kind) {
    case 'text':
      return line.startsWith(part.text, at) ? at + part.text.length : -1
    case 'brackets': {
      const end = line.charCodeAt(at) === 91 ? line.indexOf(']', at) : -1
      return end - at <= longestBrackets ? end + Math.sign(end) : -1
    }
    case 'blanks': {
      const end = afterBlanks(line, at)
      return end > at ? end : -1
    }
    case 'padding':
      return afterBlanks(line, at)
    case 'fields': {
      const end = line.indexOf(';', at)
      return end - at <= longestFields ? end : -1
    }
    case 'capital':
      return isCapital(line.charCodeAt(at)) ? at + 1 : -1
    case 'name':
      return /^[A-Z][a-z]{2}$/.test(line.slice(at, at + 3)) ? at + 3 : -1
    case 'digits':
    case 'word': {
      let end = at
      let digits = 0
      for (; ; end += 1) {
        const code = line.charCodeAt(end)
        if (isDigit(code)) digits += 1
        else if (part.kind === 'digits' || !isLetter(code)) break
      }
      // A word that counts or names a machine has a digit here too, unlike the `not` of `not ok 1`.
      return digits > 0 ? end : -1
    }
  }
}

function afterBlanks(line: string, from: number): number {
  let at = from
  while (line.charCodeAt(at) === 32 || line.charCodeAt(at) === 9) at += 1
  return at
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90
}

function isLetter(code: number): boolean {
  return isCapital(code) || (code >= 97 && code <= 122) || code === 95
}

function isBracketed(part: string): boolean {
  return part.startsWith('[') && part.length > 1
}

// What vendors print instead of CONFIG_PRINTK_CALLER: CPU, task and pid, or pid and task. A time of day is neither.
const vendorCaller = /^(?:\d+: *(?=[^\s:]*[A-Za-z])([^\s:]{1,32}: *\d+)|(\d+:(?=\S*[A-Za-z])\S{1,32}))$/

/** Which brackets of a prefix, counted from 1, name the caller: of those that do not, the last may on other lines. */
function callerBrackets(prefix: string): number {
  const brackets = (prefix.match(token) ?? []).filter(isBracketed)
  const at = brackets.findIndex((part) => callerNamed(part.slice(1, -1).trimStart()) !== undefined)
  return at >= 0 ? at + 1 : brackets.length
}

/** `T123` or `C1`, or the names of a vendor without blanks; undefined for anything else between brackets. */
function callerNamed(text: string): string | undefined {
  const first = text.charCodeAt(0)
  // 'T' and 'C'
  if (first === 84 || first === 67) {
    let end = 1
    while (isDigit(text.charCodeAt(end))) end += 1
    return end > 1 && end === text.length ? text : undefined
  }
  if (!isDigit(first)) return undefined
  const found = vendorCaller.exec(text)
  return (found?.[1] ?? found?.[2])?.replaceAll(' ', '')
}
