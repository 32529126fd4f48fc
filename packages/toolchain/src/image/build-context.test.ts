import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { digestToolFiles, packContext, wholeToolFiles } from './build-context.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const host = nodeHost()

async function tool() {
  for (const name of ['cli/bin', 'cli/bundle', 'vm/agent/prebuilt']) mkdirSync(join(directory, name), { recursive: true })
  writeFileSync(join(directory, 'cli/package.json'), '{}')
  writeFileSync(join(directory, 'cli/bin/kernelkit.js'), '#!', { mode: 0o755 })
  writeFileSync(join(directory, 'cli/bundle/main.js'), 'x'.repeat(700))
  writeFileSync(join(directory, 'vm/agent/prebuilt/agent'), 'elf')
  return wholeToolFiles(host, { node: process.execPath, cli: join(directory, 'cli'), agent: join(directory, 'vm/agent') }, 'x64')
}

test('the context is an archive that tar reads, with the names of a checkout', async () => {
  const files = (await tool()).filter(({ name }) => !name.startsWith('node_modules/'))
  const archive = join(directory, 'context.tar')
  writeFileSync(archive, await buffer(packContext(host, 'FROM grün\n', files)))
  expect(
    execFileSync('tar', ['-tvf', archive], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } }).replaceAll(/ +/g, ' '),
  ).toBe(`\
-rw-r--r-- 0/0 11 1970-01-01 00:00 Dockerfile
-rwxr-xr-x 0/0 2 1970-01-01 00:00 packages/cli/bin/kernelkit.js
-rw-r--r-- 0/0 700 1970-01-01 00:00 packages/cli/bundle/main.js
-rw-r--r-- 0/0 2 1970-01-01 00:00 packages/cli/package.json
-rw-r--r-- 0/0 3 1970-01-01 00:00 packages/vm/agent/prebuilt/agent
`)
  expect(execFileSync('tar', ['-xOf', archive, 'Dockerfile'], { encoding: 'utf8' })).toBe('FROM grün\n')
})

test('the digest follows names and contents, not times', async () => {
  const first = await digestToolFiles(host, await tool())
  expect(await digestToolFiles(host, await tool())).toBe(first)
  writeFileSync(join(directory, 'cli/bundle/other.js'), '')
  expect(await digestToolFiles(host, await tool())).not.toBe(first)
})
