import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { printable } from '@kernelkit/core/text'
import { kernelkit } from '../lib/kernelkit.ts'
import { terminalAttacks } from './terminal-attacks.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-terminals-'))
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, lines: readonly string[]): string {
  const path = join(directory, name)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}

const names = terminalAttacks.map((attack, index) => `a${attack}b${index}`)
const log = file(
  'console.log',
  names.flatMap((name) => [
    `[    1.000000] WARNING: CPU: 0 PID: 77 at drivers/${name}/main.c:9 frob_check+0x2f/0x60`,
    '[    1.000000] ---[ end trace 0000000000000000 ]---',
    `[    2.000000] ${name}: page allocation failure: order:9`,
    `[    2.000000] BUG: KASAN: use-after-free in ${name}`,
    `[    2.000000] Kernel panic - not syncing: ${name}`,
  ]),
)
const results = file('results.tap', [
  'TAP version 13',
  ...names.map((name, index) => `# ${name}\nnot ok ${index + 1} ${name} # TODOX ${name}`),
])

/** What a text holds that no terminal may get: control characters that are shown stay as they are. */
const leaks = (text: string): boolean => printable(text) !== text

describe('text of a log', () => {
  it.each([
    ['report', ['report', log]],
    ['report --json', ['report', '--json', log]],
    ['ktap', ['ktap', results]],
    ['ktap --json', ['ktap', '--json', results]],
    ['a file that does not exist', ['report', join(directory, names.join(''))]],
  ])('reaches no terminal with its control characters: %s', async (_title, words) => {
    const { stdout, stderr } = await kernelkit(words)
    expect({ stdout: leaks(stdout), stderr: leaks(stderr) }).toEqual({ stdout: false, stderr: false })
    expect(`${stdout}${stderr}`).toMatch(/\\x1b|\\u001b|\\x9b|\\u009b|never|cannot/)
  })
})
