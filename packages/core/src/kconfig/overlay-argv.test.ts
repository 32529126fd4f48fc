import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { joinArgv, overlayArgv } from './overlay-argv.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-overlay-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function file(name: string, text: string): string {
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}

function run([program = '', ...args]: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' })
}

describe('overlayArgv', () => {
  it('replaces lines of a .config and keeps the rest', () => {
    const base = file('base', '# Linux\nCONFIG_A=m\n# CONFIG_B is not set\nCONFIG_AB=y\n')
    const fragment = file('fragment', 'CONFIG_B=y\n# CONFIG_A is not set\n')
    expect(run(overlayArgv({ base, fragment }))).toBe('# Linux\nCONFIG_AB=y\n\nCONFIG_B=y\n# CONFIG_A is not set\n')
  })

  it('keeps a .config as it is when the fragment is empty', () => {
    const base = file('base', 'CONFIG_A=y\n')
    expect(run(overlayArgv({ base, fragment: file('empty', '') }))).toBe('CONFIG_A=y\n\n')
  })
})

describe('joinArgv', () => {
  it('leaves out what does not exist', () => {
    const one = file('one', 'A')
    expect(run(joinArgv([one, join(directory, 'absent'), file('two', 'B\n')]))).toBe('A\nB\n\n')
  })
})
