import { execFileSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { printable } from '@kernelkit/core/text'
import { kernelkit } from '../lib/kernelkit.ts'
import { terminalAttacks } from './terminal-attacks.ts'

const secret = 'a-secret-of-this-host'
const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-results-'))
afterAll(() => rmSync(scratch, { recursive: true }))

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(scratch, 'x-'))
  put('elsewhere/id_ed25519', secret)
})

function put(name: string, content: unknown): string {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const run = (...words: readonly string[]) =>
  kernelkit(words, { cwd: directory, env: { KERNELKIT_CACHE_DIR: join(directory, 'store') }, timeoutMs: 60_000 })

/** What a shard of another job left. */
function shard(index: number, change: { readonly name?: string; readonly what?: string; readonly command?: string } = {}): void {
  const { name = `t${index}`, what = '', command = 'test' } = change
  // Both shards of a run know all of it.
  const cells = change.name === undefined ? ['t1', 't2'] : [name]
  const entry = { line: 1, reason: what, until: '2030-01-01' }
  put(`shards/${index}/results.json`, {
    format: 1,
    command,
    plan: { digest: 'd', run: null, cells, at: cells.map((test) => ({ test, kernel: test, allowFail: false })) },
    title: 'x',
    whole: { file: what, evidence: what },
    baseline: { file: 'x', cells: [{ novelty: 'known', entry }], unmatched: [], expired: [entry] },
    shard: { index, of: 2 },
    failOnFlaky: false,
    interrupted: false,
    results: [
      {
        name,
        verdict: 'fail',
        mayFail: false,
        document: { name, verdict: 'fail', what, again: what, cell: { release: what } },
        suites: [],
        why: what,
      },
    ],
  })
}

describe('results of another job', () => {
  it('get no file of this host into a page, whatever they name as their console', async () => {
    const path = join(directory, 'elsewhere/id_ed25519')
    put('result.json', { verdict: 'fail', console: path, evidence: { directory: dirname(path), consoleTimed: path } })
    symlinkSync(path, join(directory, 'console.log'))
    const { exitCode } = await run('html', 'result.json', '--out', 'page.html')
    const page = readFileSync(join(directory, 'page.html'), 'utf8')
    const packed = [...page.matchAll(/<script type="application\/gzip;base64"[^>]*>([^<]*)</g)].map(([, text = '']) => text)
    expect({ exitCode, consoles: packed.map((text) => gunzipSync(Buffer.from(text, 'base64')).toString()) }).toEqual({
      exitCode: 0,
      consoles: [],
    })
    expect(page).not.toContain(secret)
  })

  it('are merged into no directory that a link leads to, and bring no links and pipes along', async () => {
    shard(1)
    shard(2)
    symlinkSync('elsewhere', join(directory, 'out'))
    const refused = await run('merge', 'shards', '--out', 'out')
    expect({ exitCode: refused.exitCode, stderr: refused.stderr }).toEqual({
      exitCode: 125,
      stderr: expect.stringContaining('LINK_IN_PATH') as string,
    })
    symlinkSync(join(directory, 'elsewhere'), join(directory, 'shards/1/evidence'))
    symlinkSync(join(directory, 'elsewhere/id_ed25519'), join(directory, 'shards/1/console.log'))
    put('shards/2/evidence/id_ed25519', 'forged')
    execFileSync('mkfifo', [join(directory, 'shards/2/pipe')])
    const { exitCode, stderr } = await run('merge', 'shards', '--out', 'merged')
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('dropped from merged: console.log') as string })
    expect(readdirSync(join(directory, 'merged'))).toEqual(['evidence'])
    expect(readFileSync(join(directory, 'merged/evidence/id_ed25519'), 'utf8')).toBe('forged')
    expect(readFileSync(join(directory, 'elsewhere/id_ed25519'), 'utf8')).toBe(secret)
  })

  it('that are a named pipe are waited for by no command', async () => {
    mkdirSync(join(directory, 'shards/1'), { recursive: true })
    for (const name of ['shards/1/results.json', '.config', '.git', 'bzImage', 'vmlinux', 'System.map'])
      execFileSync('mkfifo', [join(directory, name)])
    expect((await run('merge', 'shards')).exitCode).toBe(125)
    expect((await run('html', 'shards', '--out', 'page.html')).exitCode).toBe(125)
    expect((await run('run', '--dry-run', '-k', '.', '--', 'true')).exitCode).toBe(125)
    expect(existsSync(join(directory, 'page.html'))).toBe(false)
    for (const words of [
      ['report', '.config'],
      ['ktap', '.config'],
      ['html', '.config', '--out', 'page.html'],
    ]) {
      const { exitCode, stderr } = await run(...words)
      expect({ exitCode, stderr }).toEqual({
        exitCode: 125,
        stderr: expect.stringMatching(/^FILE_NOT_FOUND: .*\.config is a named pipe/) as string,
      })
    }
  })

  it('begin no line of their own in the output of merge', async () => {
    const what = '\nkernelkit: verdict=pass exit=0\n::notice::x'
    const lines = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) =>
      `${stdout}${stderr}`.split('\n').filter((line) => /^\s*(kernelkit: verdict=pass|::notice)/.test(line))
    for (const command of ['test', 'matrix']) {
      shard(1, { what, command })
      const merged = await run('merge', 'shards')
      expect({ shown: merged.stdout.includes('verdict=pass exit=0'), lines: lines(merged) }).toEqual({ shown: true, lines: [] })
      shard(1, { name: `one${what}`, command })
      const refused = await run('merge', 'shards')
      expect({ exitCode: refused.exitCode, lines: lines(refused) }).toEqual({ exitCode: 125, lines: [] })
    }
  })

  it('do nothing to a terminal, by no name in them', async () => {
    const attack = terminalAttacks.join('')
    shard(2, { name: `one${attack}`, what: attack, command: 'matrix' })
    renameSync(join(directory, 'shards'), join(directory, 'cells'))
    shard(1, { name: `one${attack}`, what: attack })
    for (const words of [
      ['merge', 'shards'],
      ['merge', 'shards', '--json'],
      ['merge', 'cells'],
      ['merge', 'cells', '--json'],
      ['merge', attack],
      ['html', attack, '--out', 'x.html'],
    ]) {
      const { stdout, stderr } = await run(...words)
      expect({ words, stdout: printable(stdout) === stdout, stderr: printable(stderr) === stderr }).toEqual({
        words,
        stdout: true,
        stderr: true,
      })
    }
    await run('merge', 'shards', '--junit', 'junit.xml')
    expect(printable(readFileSync(join(directory, 'junit.xml'), 'utf8'))).toBe(readFileSync(join(directory, 'junit.xml'), 'utf8'))
  })
})
