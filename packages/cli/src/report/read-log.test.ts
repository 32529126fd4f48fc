import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { nodeHost } from '@kernelkit/host'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { CommandContext } from '../command.ts'
import { readLog } from './read-log.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-log-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const report = 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2\n---[ end trace 0000000000000000 ]---\n'
const quiet = '[    1.000000] all is well\n'.repeat(100_000)

/** Reads a log of 2.7 MB, which changes when its first report has been found. */
async function read(change: (path: string) => Promise<void>) {
  const path = join(directory, 'console.log')
  await writeFile(path, report + quiet)
  const context = { host: nodeHost(), stdin: Readable.from([]), signal: new AbortController().signal } as unknown as CommandContext
  return readLog(context, { file: path, all: false, onReports: () => change(path) })
}

it('A log that is cut while it is read is an error, not a log without further reports.', async () => {
  await expect(read((path) => truncate(path, 1000))).rejects.toMatchObject({
    code: 'LOG_CUT',
    message: expect.stringContaining(`it had ${(report + quiet).length} bytes`) as string,
  })
})

it('A log that grows while it is read is read.', async () => {
  expect((await read((path) => appendFile(path, 'more\n'))).lines).toBeGreaterThanOrEqual(100_002)
})
