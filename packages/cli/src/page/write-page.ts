import { basename, dirname, join } from 'node:path'
import { readResultsPage, type PageRun, type ResultsPage } from '@kernelkit/core/page'
import { prepareOutFile, writeOutFile, type Host } from '@kernelkit/host'
import { findDocuments, type FoundDocuments } from './find-documents.ts'
import { mostPageBytes, packConsole, type PageConsole } from './pack-console.ts'
import { renderPage } from './render-page.ts'

/** What was written. */
export interface WrittenPage {
  readonly path: string
  readonly bytes: number
  readonly page: ResultsPage
}

/** Reads documents of results and writes them as one page. */
export async function writePage(
  host: Host,
  { results, out, title }: { readonly results: string; readonly out: string; readonly title: string },
): Promise<WrittenPage> {
  return writeFound(host, { found: await findDocuments(host, results), out, title })
}

/** The same for documents that are there already. */
export async function writeFound(
  host: Host,
  { found, out, title }: { readonly found: FoundDocuments; readonly out: string; readonly title: string },
): Promise<WrittenPage> {
  const page = readResultsPage(found.documents, title)
  const path = await prepareOutFile(host, { option: 'out', named: out })
  const [only] = found.directories
  const consoles = await packConsoles(host, page, {
    out: dirname(path),
    beside: (index) => (found.directories.length === page.runs.length ? found.directories[index] : only),
  })
  const html = renderPage(host, page, consoles)
  await writeOutFile(host, path, html)
  return { path, bytes: Buffer.byteLength(html), page }
}

/** Consoles of the runs that failed come first, as long as there is room. */
async function packConsoles(
  host: Host,
  { runs }: ResultsPage,
  { out, beside }: { readonly out: string; readonly beside: (index: number) => string | undefined },
): Promise<readonly (PageConsole | undefined)[]> {
  const consoles: (PageConsole | undefined)[] = runs.map(() => undefined)
  let leftBytes = mostPageBytes
  const order = [...runs.keys()].toSorted((a, b) => Number(runs[b]?.kind === 'fail') - Number(runs[a]?.kind === 'fail') || a - b)
  for (const index of order) {
    const run = runs[index]
    if (run === undefined) continue
    for (const path of logsOf(run, runs.length === 1 ? beside(index) : undefined)) {
      const packed = await packConsole(host, { path, out, leftBytes })
      if (packed === undefined) continue
      consoles[index] = packed.console
      leftBytes -= packed.bytes
      break
    }
  }
  return consoles
}

const names = ['console.timed.log', 'console.log']

/**
 * Where the log may be, the one with times first; a directory that was moved to another machine has it next to its document. Documents come from
 * other jobs and from guests: no other file that they name gets into a page, which is published.
 */
function logsOf({ files }: PageRun, beside: string | undefined): readonly string[] {
  const at = (directory: string | undefined) => (directory === undefined ? [] : names.map((name) => join(directory, name)))
  return [
    ...at(beside),
    ...[files.timed, files.console].filter((path) => path !== undefined).filter((path) => names.includes(basename(path))),
    ...at(files.directory),
  ]
}
