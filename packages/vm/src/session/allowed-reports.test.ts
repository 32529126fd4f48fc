import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost, silentLogger } from '@kernelkit/host'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readAllowed } from './allowed-reports.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-allow-'))
})
afterEach(() => rm(directory, { recursive: true }))

it('warns of entries without a reason, and names the option as its reader wrote it', async () => {
  await writeFile(join(directory, 'known'), 'foo\\.c:12  # since 6.9\n\nbar\nbaz\n')
  const warnings: string[] = []
  const host = nodeHost({ cwd: directory, log: { ...silentLogger, warn: (line) => void warnings.push(line) } })
  expect((await readAllowed(host, { named: 'known' })).map(({ text }) => text)).toEqual(['foo\\.c:12', 'bar', 'baz'])
  await readAllowed(host, { named: 'known', reader: { door: 'action' } })
  const rest = 'no reason on line 3, 4; write it after the expression: `  # why`'
  expect(warnings).toEqual([`--allow known: ${rest}`, `\`allow: known\`: ${rest}`])
})

it('refuses a list that cannot be read', async () => {
  const host = nodeHost({ cwd: directory })
  expect(await readAllowed(host, { named: undefined })).toEqual([])
  await expect(readAllowed(host, { named: 'none' })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: '--allow none: the file cannot be read.',
  })
})
