import { printable } from '@kernelkit/core/text'

/** GitHub's limit for one step is 1 MiB, and what is over it is dropped as a whole. */
const limitBytes = 2 ** 20

const ending = '\n\n(shortened: the rest is in the log)\n'

/** The parts as one text that GitHub takes. */
export function joinSummary(parts: readonly string[]): string {
  const text = printable(parts.map((part) => `${part.trimEnd()}\n`).join('\n'))
  const bytes = Buffer.from(text)
  if (bytes.length <= limitBytes) return text
  const kept = bytes.subarray(0, limitBytes - Buffer.byteLength(ending)).toString('utf8')
  // A line, and so a row of a table, stays whole.
  return `${kept.slice(0, kept.lastIndexOf('\n'))}${ending}`
}

/** A table in Markdown; what cells hold is shown as it is. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows.map((row) => row.map(escapeCell))].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Text of others in a summary: no markup, no link, no mention comes of it. */
export function escapeCell(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~@]/g, String.raw`\$&`)
    .replaceAll(/\r?\n/g, '<br>')
}
