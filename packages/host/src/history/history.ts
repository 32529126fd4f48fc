import { join } from 'node:path'
import { parseHistory, renderRecord, type HistoryRecord } from '@kernelkit/core/trials'
import type { Host } from '../host.ts'
import type { Store } from '../store/store.ts'

/** The ended tests that a store remembers. */
export interface History {
  /** The oldest first; none where there is no file. */
  read(): Promise<readonly HistoryRecord[]>
  append(records: readonly HistoryRecord[]): Promise<void>
}

/** About 16,000 records of 250 bytes: a month of a nightly matrix of 500 cells. */
const mostBytes = 4 * 2 ** 20

/** The history of a store: one file of lines, which only grows at its end, and loses its older half when it is full. */
export async function openHistory(host: Host, store: Store, { mostBytes: limit = mostBytes } = {}): Promise<History> {
  const file = join(await store.workDirectory('history'), 'tests.jsonl')
  const readText = () => host.fs.readFile(file, 'utf8').catch(ifAbsent)
  return {
    read: async () => {
      const { records, broken } = parseHistory(await readText())
      if (broken > 0) host.log.warn(`${file}: ${broken} lines are not results; they do not count`)
      return records
    },
    append: async (records) => {
      if (records.length === 0) return
      const added = records.map(renderRecord).join('')
      await store.withLock('history', async () => {
        const text = await readText()
        const { records: old, broken } = parseHistory(text)
        if (broken > 0) {
          const aside = `${file}.damaged-${host.now()}`
          await host.fs.rename(file, aside)
          host.log.warn(`the history was damaged (${broken} lines are not results): it is kept as ${aside}, and its other lines are used`)
        }
        if (broken === 0 && text.length + added.length <= limit) return host.fs.appendFile(file, added)
        await host.fs.writeAtomic(file, `${newestThatFit(old, limit / 2)}${added}`)
      })
    },
  }
}

function newestThatFit(records: readonly HistoryRecord[], bytes: number): string {
  const kept: string[] = []
  let size = 0
  for (const line of records.map(renderRecord).toReversed()) {
    size += line.length
    if (size > bytes) break
    kept.push(line)
  }
  return kept.toReversed().join('')
}

function ifAbsent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}
