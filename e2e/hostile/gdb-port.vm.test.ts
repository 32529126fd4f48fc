import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { kernelkit, startProgram, testArtifacts } from '../lib/kernelkit.ts'

const { kernel } = testArtifacts()
const name = `e2e-hostile-gdb-${process.pid}`
const directory = await mkdtemp(join(tmpdir(), 'kernelkit-hostile-'))
afterAll(async () => {
  await kernelkit(['stop', name])
  await rm(directory, { recursive: true, force: true })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

it('A monitor command on the port of a gdb stub writes no file of the host, and gdb works there.', async () => {
  const port = await freePort()
  const { exitCode } = await kernelkit([
    'run',
    `--gdb=${port}`,
    '--keep',
    '--name',
    name,
    '-k',
    kernel,
    '--no-cwd',
    '--root',
    'host',
    '--',
    'true',
  ])
  expect(exitCode).toBe(0)
  const file = join(directory, 'memory')
  const words = ['-batch', '-ex', `target remote 127.0.0.1:${port}`, '-ex', `monitor pmemsave 0 16 "${file}"`, '-ex', 'info registers rip']
  const { stdout, stderr } = await startProgram(['gdb', '-nx', ...words]).result
  expect(stdout + stderr).toMatch(/monitor commands are refused on a port/)
  expect(stdout).toMatch(/rip +0x[0-9a-f]+/)
  expect(existsSync(file)).toBe(false)
})
