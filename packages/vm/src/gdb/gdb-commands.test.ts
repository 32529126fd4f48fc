import { once } from 'node:events'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
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

it("gdb's commands read sections and the build id of a file as readelf does", async () => {
  const program = realpathSync('/bin/sh')
  const code =
    'import json, sys; from kernelkit_gdb import elf; f = sys.argv[1]; print(json.dumps([elf.build_id(f), [s.name for s in elf.sections(f)]]))'
  const env = { ...process.env, PYTHONPYCACHEPREFIX: cache, PYTHONPATH: await gdbCommandsDirectory(nodeHost()) }
  const [id, sections] = JSON.parse(execFileSync('python3', ['-c', code, program], { env, encoding: 'utf8' })) as [string, string[]]
  const notes = execFileSync('readelf', ['-nSW', program], { encoding: 'utf8' })
  expect(/Build ID: ([0-9a-f]+)/.exec(notes)?.[1]).toBe(id)
  expect(sections.slice(1)).toEqual([...notes.matchAll(/^ +\[ *[1-9]\d*\] (\S+)/gm)].map(([, name]) => name))
})

it('gdb asks the debuginfod servers of the environment for a program without debug information', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const paths = `import sys; sys.path.insert(0, ${JSON.stringify(await gdbCommandsDirectory(nodeHost()))})`
    const env = {
      ...process.env,
      PYTHONPYCACHEPREFIX: cache,
      DEBUGINFOD_URLS: `http://127.0.0.1:${port}`,
      DEBUGINFOD_CACHE_PATH: join(cache, 'debuginfod'),
    }
    const commands = [
      'set confirm off',
      `python ${paths}; from kernelkit_gdb import symbols; symbols.use_debuginfod()`,
      'add-symbol-file /bin/sh -o 0x7f0000000000',
    ]
    await promisify(execFile)('gdb', ['-nx', '-batch', ...commands.flatMap((one) => ['-ex', one])], { env, timeout: 120_000 })
  } finally {
    server.close()
  }
  const id = /Build ID: ([0-9a-f]+)/.exec(execFileSync('readelf', ['-n', '/bin/sh'], { encoding: 'utf8' }))?.[1]
  expect(asked).toContain(`/buildid/${id}/debuginfo`)
}, 150_000)
