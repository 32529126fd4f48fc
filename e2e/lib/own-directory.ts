import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { testStore } from '../setup/test-store.ts'

// No test file runs this long. A process number would say nothing: another container may use the store.
const staleMs = 24 * 60 * 60_000

/** A directory next to the test store for one test file, so that files can be linked. What killed runs left is removed after a day. */
export async function makeOwnDirectory(kind: string): Promise<string> {
  const store = testStore()
  await mkdir(store, { recursive: true })
  for (const name of (await readdir(store)).filter((one) => one.startsWith(`${kind}-`))) {
    const found = await stat(join(store, name)).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > staleMs) await rm(join(store, name), { recursive: true, force: true })
  }
  return mkdtemp(join(store, `${kind}-`))
}
