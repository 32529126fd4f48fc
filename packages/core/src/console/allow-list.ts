import { UserError, message, option } from '../errors/index.ts'
import type { KernelReport } from './recognise.ts'

/** One line of a list of known reports. */
export interface AllowEntry {
  /** The list as the user named it. */
  readonly file: string
  readonly line: number
  readonly pattern: RegExp
  /** The expression as it was written. */
  readonly text: string
  /** Why these reports are known: the text after ` # `, else the comment above. */
  readonly reason: string | undefined
}

/** An entry and how many reports it matched. */
export interface AllowUse extends AllowEntry {
  readonly matched: number
}

/** One regular expression a line, its reason after ` # `; `\#` is a literal one. A comment is the reason of the lines below it, up to an empty line. */
export function parseAllowList(text: string, file: string): readonly AllowEntry[] {
  const entries: AllowEntry[] = []
  let comment: string[] = []
  let hasUsedComment = false
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim()
    if (content.startsWith('#')) {
      comment = [...(hasUsedComment ? [] : comment), content.replace(/^#+\s*/, '')]
      hasUsedComment = false
      continue
    }
    if (content === '') {
      comment = []
      continue
    }
    hasUsedComment = true
    const [pattern, own] = splitReason(content)
    const line = index + 1
    const reason = [own, comment.join(' ')].find((words) => words !== undefined && words !== '')
    entries.push({ file, line, pattern: compile(pattern, `${file}:${line}`), text: pattern, reason })
  }
  return entries
}

/** The expression and the text after the first blank with a `#`. */
function splitReason(line: string): readonly [string, string | undefined] {
  const at = line.search(/\s#/)
  return at < 0 ? [line, undefined] : [line.slice(0, at).trimEnd(), line.slice(at).replace(/^\s+#+\s*/, '')]
}

function compile(pattern: string, place: string): RegExp {
  try {
    return new RegExp(pattern)
  } catch (cause) {
    throw new UserError('BAD_OPTION', message`${option('allow')} ${place}: '${pattern}' is not a regular expression.`, {
      hint: 'Escape characters such as ( and [ with a backslash, and put a reason after ` #`.',
      cause,
    })
  }
}

/** Whether an entry matches a report: its title and its first line are searched. */
export function isAllowed({ pattern }: Pick<AllowEntry, 'pattern'>, report: Pick<KernelReport, 'title' | 'headline'>): boolean {
  return pattern.test(report.title) || pattern.test(report.headline)
}

/** How often each entry matched. */
export function useOfAllowList(entries: readonly AllowEntry[], reports: readonly KernelReport[]): readonly AllowUse[] {
  return entries.map((entry) => ({ ...entry, matched: reports.filter((report) => isAllowed(entry, report)).length }))
}

/** For people: what was allowed and why, and which entries allowed nothing. */
export function renderAllowUse(uses: readonly AllowUse[]): readonly string[] {
  return uses.map(({ file, line, text, reason, matched }) => {
    if (matched === 0) return `${file}:${line} allowed nothing: ${text}`
    const why = reason === undefined ? '' : ` (${reason})`
    return `${file}:${line} allowed ${matched === 1 ? '1 report' : `${matched} reports`}${why}: ${text}`
  })
}

/** The same for JSON documents. */
export function allowDocument(uses: readonly AllowUse[]): readonly Readonly<Record<string, unknown>>[] {
  return uses.map(({ file, line, text, reason, matched }) => ({ file, line, pattern: text, reason: reason ?? null, matched }))
}
