/** Columns as wide as their widest cell, two blanks apart; a column that is empty throughout is left out. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, column) => column).filter((column) => rows.some((row) => (row[column] ?? '') !== ''))
  const lines = [head, ...rows].map((row) => used.map((column) => row[column] ?? ''))
  const widths = used.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
