import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { gdbCommandsDirectory } from '../package-directory.ts'

const cache = mkdtempSync(join(tmpdir(), 'kernelkit-python-'))
afterAll(() => rmSync(cache, { recursive: true }))

it("every file of gdb's commands is Python", async () => {
  const directory = join(await gdbCommandsDirectory(nodeHost()), 'kernelkit_gdb')
  const files = readdirSync(directory).filter((name) => name.endsWith('.py'))
  expect(files).toContain('commands.py')
  const paths = files.map((name) => join(directory, name))
  execFileSync('python3', ['-m', 'py_compile', ...paths], { env: { ...process.env, PYTHONPYCACHEPREFIX: cache } })
})
