import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { kernelkit, testArtifacts } from './kernelkit.ts'

/** The unpacked source package that the test kernels are made of. */
export async function kernelSource(): Promise<string> {
  // A kernel of the store may be older than its source there: asking for its configuration unpacks that again.
  const show = ['config', 'show', 'deb:linux-source-6.12', '--config', 'minimal', '--dot-config']
  const found = (await findSource()) ?? (await kernelkit(show, { timeoutMs: 20 * 60_000 }).then(findSource))
  if (found === undefined) throw new Error(`no kernel source below ${testArtifacts().store}`)
  return found
}

async function findSource(): Promise<string | undefined> {
  const directory = join(testArtifacts().store, 'source')
  const names = await readdir(directory).catch(() => [])
  return names.map((name) => join(directory, name, 'tree')).find((tree) => existsSync(join(tree, 'tools/testing/kunit/test_data')))
}

/** Number of the first line of a file that holds this text, after the line that holds `after`. */
export async function lineOf(file: string, text: string, after = ''): Promise<number> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  const from = lines.findIndex((line) => line.includes(after))
  const at = lines.findIndex((line, index) => index >= from && line.includes(text))
  if (from < 0 || at < 0) throw new Error(`${file} has no '${text}' after '${after}'`)
  return at + 1
}
