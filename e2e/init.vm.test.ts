import { readdirSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

const examples = join(import.meta.dirname, '../examples/init')
const written = ['kernelkit.yaml', '.github/workflows/kernelkit.yml']
let directory: string

beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/kernelkit-init-')
  // Small projects whose tests pass, without what init writes.
  await cp(examples, directory, { recursive: true, filter: (path) => !written.some((file) => path.endsWith(`/${file}`)) })
})

afterAll(() => rm(directory, { recursive: true, force: true }))

/** What the test of such a project costs. */
const costs: Readonly<Record<string, string>> = {
  go: 'an emulated guest compiles its tests',
  python: 'a guest more',
  rust: 'an emulated guest compiles its tests',
}

describe('kernelkit init && kernelkit test', () => {
  for (const name of readdirSync(examples)) {
    const tier = costs[name] === undefined ? {} : onlyFull(costs[name])
    it(`pass without an edit in a project of kind ${name}`, tier, async () => {
      const cwd = join(directory, name)
      const made = await kernelkit(['init'], { cwd })
      expect(made.stderr).toBe('')
      expect(made.stdout).toContain('written: kernelkit.yaml, .github/workflows/kernelkit.yml')
      for (const file of written) {
        const text = await readFile(join(cwd, file), 'utf8')
        expect(made.stdout).toContain(text.trimEnd())
        expect(text).toBe(await readFile(join(examples, name, file), 'utf8'))
      }
      const ran = await kernelkit(['test', '--boot-timeout', '20m'], { cwd, timeoutMs: 40 * 60_000 })
      expect(ran.stderr).toContain('verdict=pass')
      expect(ran.exitCode).toBe(0)
    })
  }

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
