import { basename, dirname, join, resolve } from 'node:path'
import { UserError, command, message, printable } from '@kernelkit/core/errors'
import type { NamedDocument } from '@kernelkit/core/page'
import type { Host } from '@kernelkit/host'

/** Documents, and for each the directory that its files are in. */
export interface FoundDocuments {
  readonly documents: readonly NamedDocument[]
  readonly directories: readonly string[]
}

type Machine = Pick<Host, 'fs' | 'cwd'>

// A document of 20,000 results with their lines is a tenth of this.
const mostBytes = 512 * 2 ** 20
// runs/TIME-ID, test-ID/NAME/result.json, and one for what people put around them.
const deepest = 4
const mostDocuments = 5000

/** Documents of results below a directory, or the one file that is named. Throws `FILE_NOT_FOUND` and `BAD_RESULTS`. */
export async function findDocuments(host: Machine, named: string): Promise<FoundDocuments> {
  const path = resolve(host.cwd, named)
  const stat = await host.fs.stat(path).catch(() => undefined)
  if (stat === undefined) throw new UserError('FILE_NOT_FOUND', `${printable(named)} does not exist.`, { hint: hint(), details: { path } })
  if (!stat.isDirectory()) return { documents: [await read(host, path, basename(path))], directories: [dirname(path)] }
  const found = (await listDocuments(host, path, 0)).slice(0, mostDocuments)
  if (found.length === 0)
    throw new UserError('BAD_RESULTS', `${printable(named)} has no results.json or result.json in it or in its directories.`, {
      hint: hint(),
      details: { path },
    })
  const documents = await Promise.all(
    found.map((file) => read(host, file, dirname(file) === path ? basename(path) : dirname(file).slice(path.length + 1))),
  )
  return { documents, directories: found.map((file) => dirname(file)) }
}

async function listDocuments({ fs }: Machine, directory: string, depth: number): Promise<readonly string[]> {
  const entries = (await fs.readdir(directory, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const file = ['results.json', 'result.json'].find((name) => entries.some((entry) => entry.name === name && entry.isFile()))
  if (file !== undefined) return [join(directory, file)]
  if (depth >= deepest) return []
  const below: string[] = []
  // Links are not followed: what a guest left may lead anywhere.
  for (const entry of entries)
    if (entry.isDirectory()) below.push(...(await listDocuments({ fs } as Machine, join(directory, entry.name), depth + 1)))
  return below
}

async function read({ fs }: Machine, path: string, name: string): Promise<NamedDocument> {
  const { size } = await fs.stat(path)
  if (size > mostBytes)
    throw new UserError('BAD_RESULTS', `${printable(path)} has ${size} bytes; at most ${mostBytes} are read.`, {
      hint: hint(),
      details: { path },
    })
  const text = await fs.readFile(path, 'utf8')
  try {
    return { name, document: JSON.parse(text) }
  } catch (cause) {
    throw new UserError(
      'BAD_RESULTS',
      `${printable(path)} is not JSON: ${printable(cause instanceof Error ? cause.message : String(cause))}.`,
      { hint: hint(), details: { path }, cause },
    )
  }
}

function hint() {
  return message`Name a result.json, the directory of a run, or a file with what ${command('kernelkit test --json')} printed.`
}
