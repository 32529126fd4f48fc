import { commandWriter, writeMessage, type CodeEntry } from '@kernelkit/core/errors'

/** docs/errors.md: every code with its meaning and its fix, in alphabetical order. */
export function renderErrorDocs(codes: Readonly<Record<string, CodeEntry>>): string {
  const sections = Object.entries(codes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) => `## ${code}\n\n${entry.meaning}\n\nFix: ${writeMessage(entry.fix, commandWriter)}\n`)
  const head = [
    '# Error codes',
    '',
    'Every error that kernelkit explains begins with one of these codes; with `--json` it is `error.code`.',
    'The exit status of such an error is 125. An error without a code is a bug of kernelkit.',
    '',
    '<!-- Rendered by `npm run docs` from packages/core/src/errors/codes; do not edit. -->',
    '',
  ]
  return [...head, sections.join('\n')].join('\n')
}
