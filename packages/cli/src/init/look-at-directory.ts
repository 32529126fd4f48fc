import { join } from 'node:path'
import { wantedTexts, type DirectoryFacts } from '@kernelkit/core/init'
import type { Host } from '@kernelkit/host'

// As deep as tests are in projects that have them; what is built and fetched is left out.
const deepest = 3
const leftOut = /^(?:\.git|\.hg|node_modules|target|build|vendor|__pycache__|\.venv|venv)$/
// A kernel tree has 90,000; the answer is in the first ones.
const mostFiles = 5000
const mostBytes = 1024 * 1024

/** Names in a directory, and the texts that say what it is. Links are not followed. */
export async function lookAtDirectory({ fs }: Pick<Host, 'fs'>, directory: string): Promise<DirectoryFacts> {
  const files: string[] = []
  const executable: string[] = []
  let level: readonly string[] = ['']
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const next: string[] = []
    for (const below of level) {
      for (const entry of (await fs.readdir(join(directory, below), { withFileTypes: true })).toSorted((a, b) =>
        a.name < b.name ? -1 : 1,
      )) {
        if (files.length >= mostFiles) return { files, executable, texts: await readTexts({ fs }, directory, files) }
        const path = below === '' ? entry.name : `${below}/${entry.name}`
        if (entry.isDirectory() && !leftOut.test(entry.name)) next.push(path)
        if (!entry.isFile()) continue
        files.push(path)
        if (((await fs.stat(join(directory, path))).mode & 0o111) !== 0) executable.push(path)
      }
    }
    level = next
  }
  return { files, executable, texts: await readTexts({ fs }, directory, files) }
}

async function readTexts({ fs }: Pick<Host, 'fs'>, directory: string, files: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const texts = await Promise.all(
    wantedTexts(files).map(async (name) => [name, (await fs.readFile(join(directory, name), 'utf8')).slice(0, mostBytes)] as const),
  )
  return Object.fromEntries(texts)
}
