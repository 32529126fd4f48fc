import { Eta } from 'eta'
import type { PageReport, ResultsPage } from '@kernelkit/core/page'
import { printable } from '@kernelkit/core/text'
import type { Host } from '@kernelkit/host'
import type { PageConsole } from './pack-console.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import { pageTemplate } from './page-template.ts'

/** The page as one HTML document that needs no network. `consoles` has one entry for each run. Its policy lets no script run but ours. */
export function renderPage(host: Pick<Host, 'sha256'>, page: ResultsPage, consoles: readonly (PageConsole | undefined)[]): string {
  const eta = new Eta({ autoEscape: true, autoTrim: false })
  return eta.renderString(pageTemplate, {
    page,
    consoles,
    kind: page.verdict === 'pass' ? 'pass' : 'fail',
    counts: countRows(page),
    show,
    aboutReport,
    style: pageStyle,
    script: pageScript,
    styleHash: hash(host, pageStyle),
    scriptHash: hash(host, pageScript),
  })
}

// What one place shows of a guest's text; the document has all of it.
const mostLetters = 20_000

/** Text of a guest as people can read it: control characters are shown, line ends kept. */
function show(text: string): string {
  const cut = text.length > mostLetters ? `${text.slice(0, mostLetters)} …` : text
  return printable(cut)
}

function aboutReport({ kind, place, task, startLine }: PageReport): string {
  return [kind, place, task === undefined ? undefined : `task ${task}`, `console line ${startLine}`]
    .filter((part) => part !== undefined)
    .join(', ')
}

function countRows({ rows, columns }: ResultsPage): string {
  const cells = rows.flatMap((row) => row.cells.flatMap((cell) => (cell === undefined ? [] : [cell.kind])))
  const count = (kind: string) => cells.filter((one) => one === kind).length
  const where = columns.length > 1 ? ` on ${columns.length} kernels` : ''
  const parts = [`${count('pass')} passed`, `${count('fail')} failed`, `${count('skip')} skipped`]
  return `${rows.length} tests${where}: ${parts.join(', ')}`
}

/** As a policy of CSP level 3 names an inline text. */
function hash({ sha256 }: Pick<Host, 'sha256'>, text: string): string {
  return Buffer.from(sha256(text), 'hex').toString('base64')
}
