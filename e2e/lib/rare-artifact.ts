import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { testStore } from '../setup/test-store.ts'
import { kernelkit } from './kernelkit.ts'
import { isFullRun } from './tiers.ts'

/**
 * What `kernelkit build` or `bake` answers with --json for an artifact that full runs alone make. They keep the answer in the test store; other
 * runs find it there as long as the file that it names is there, and have undefined otherwise: asking the command would take seconds.
 */
export async function rareArtifact<T extends object>(
  words: readonly string[],
  file: keyof T & string,
  timeoutMs: number,
): Promise<T | undefined> {
  const kept = join(testStore(), 'e2e-answers', `${createHash('sha256').update(words.join('\n')).digest('hex')}.json`)
  if (!isFullRun()) {
    if (!existsSync(kept)) return undefined
    const answer = JSON.parse(await readFile(kept, 'utf8')) as T
    return existsSync(String(answer[file])) ? answer : undefined
  }
  const { exitCode, stdout, stderr } = await kernelkit([...words, '--json'], { timeoutMs })
  if (exitCode !== 0) throw new Error(`kernelkit ${words.join(' ')} exited with status ${String(exitCode)}:\n${stderr}`)
  await mkdir(dirname(kept), { recursive: true })
  await writeFile(kept, stdout)
  return JSON.parse(stdout) as T
}
