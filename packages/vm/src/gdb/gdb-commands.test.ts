import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
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
