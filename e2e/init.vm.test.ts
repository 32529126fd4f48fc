import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit } from './lib/kernelkit.ts'

/** Small projects whose tests pass; names of files that can be executed end in `*`. */
const projects: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  go: {
    'go.mod': 'module example.org/small\n\ngo 1.19\n',
    'small_test.go': 'package small\n\nimport "testing"\n\nfunc TestSmall(t *testing.T) {}\n',
  },
  rust: {
    'Cargo.toml': '[package]\nname = "small"\nversion = "0.1.0"\nedition = "2021"\n',
    'src/lib.rs': '#[test]\nfn small() {}\n',
  },
  python: {
    'tests/test_small.py':
      'import unittest\n\nclass Small(unittest.TestCase):\n    def test_small(self):\n        self.assertEqual(1, 1)\n',
  },
  c: { Makefile: 'check: small\n\t./small\n\nsmall: small.c\n', 'small.c': 'int main(void) { return 0; }\n' },
  plain: { 'tests/boots*': '#!/bin/sh\nuname -r\n', 'tests/mounts*': '#!/bin/sh\nmount -t tmpfs none /mnt\n' },
}
let directory: string

beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/kernelkit-init-')
  for (const [name, files] of Object.entries(projects))
    for (const [file, text] of Object.entries(files)) {
      const path = join(directory, name, file.replace('*', ''))
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
      if (file.endsWith('*')) await chmod(path, 0o755)
    }
})

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('kernelkit init && kernelkit test', () => {
  it.each(Object.keys(projects))('pass without an edit in a project of kind %s', async (name) => {
    const cwd = join(directory, name)
    const made = await kernelkit(['init'], { cwd })
    expect(made.stderr).toBe('')
    expect(made.stdout).toContain('written: kernelkit.yaml, .github/workflows/kernelkit.yml')
    expect(made.stdout).toContain(await readFile(join(cwd, 'kernelkit.yaml'), 'utf8'))
    const ran = await kernelkit(['test', '--boot-timeout', '20m'], { cwd, timeoutMs: 40 * 60_000 })
    expect(ran.stderr).toContain('verdict=pass')
    expect(ran.exitCode).toBe(0)
  })

  it('shows files and writes nothing under --dry-run, overwrites nothing, and says when there is nothing to test', async () => {
    const cwd = join(directory, 'again')
    await mkdir(cwd)
    expect((await kernelkit(['init'], { cwd })).stderr).toContain('NO_PROJECT')
    await writeFile(join(cwd, 'go.mod'), 'module x\n')
    const shown = await kernelkit(['init', '--dry-run', '--ci', 'gitlab'], { cwd })
    expect(shown.stdout).toContain('# .gitlab-ci.yml')
    expect(await readdir(cwd)).toEqual(['go.mod'])
    await writeFile(join(cwd, 'kernelkit.yaml'), '# mine\n')
    expect((await kernelkit(['init', '--ci', 'gitlab'], { cwd })).stdout).toContain('# kernelkit.yaml exists and stays as it is')
    expect(await readFile(join(cwd, 'kernelkit.yaml'), 'utf8')).toBe('# mine\n')
    expect((await readdir(cwd)).toSorted()).toEqual(['.gitlab-ci.yml', 'go.mod', 'kernelkit.yaml'])
  })
})
