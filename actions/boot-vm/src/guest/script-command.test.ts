import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseShell, scriptCommand, type ScriptPlace } from './script-command.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-script-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** The command as a guest runs it, with this machine's shells. */
function run(script: string, place: Partial<ScriptPlace> = {}, path = process.env['PATH'] ?? '') {
  const directory = join(mkdtempSync(join(scratch, 'x-')), 'step')
  const [program = '', ...args] = scriptCommand({ directory, shell: undefined, ...place })
  const { status, stdout, stderr } = spawnSync(program, args, { input: script, env: { PATH: path }, encoding: 'utf8' })
  return { status, stdout, stderr, directory }
}

/** A directory of programs without bash. */
function withoutBash(): string {
  const directory = mkdtempSync(join(scratch, 'bin-'))
  for (const name of ['sh', 'mkdir', 'cat']) symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(directory, name))
  return directory
}

const hostile = ['$HOME', '`id`', '$(id)', "'", '"', String.raw`\n`, '; id', '&& id', '{0}', '%s', '* ?', '</pre>', '🐧', '\t'].join(' ')

describe('a script in the guest', () => {
  it('arrives byte for byte, whatever it holds', () => {
    const result = run(`cat <<'END'\n${hostile}\nEND\n`)
    expect(result).toMatchObject({ status: 0, stdout: `${hostile}\n`, stderr: '' })
    expect(readFileSync(join(result.directory, 'script'), 'utf8')).toBe(`cat <<'END'\n${hostile}\nEND\n`)
  })

  it('is not a word of any command', () => {
    expect(scriptCommand({ directory: '/run/kernelkit/x', shell: parseShell('python3 -u {0}') }).slice(3)).toEqual([
      'kernelkit',
      '/run/kernelkit/x/script',
      '',
      'python3',
      '-u',
      '/run/kernelkit/x/script',
    ])
  })

  it.each([
    ['false; echo on', 1, ''],
    ['false | true; echo on', 1, ''],
    ['exit 42', 42, ''],
    ['kill -9 $$', 137, ''],
    ['echo "$BASH_VERSION" | grep -c .', 0, '1\n'],
  ])('runs in bash as the runner starts it: %s', (script, status, stdout) => {
    const result = run(script)
    expect({ status: result.status ?? 137, stdout: result.stdout }).toEqual({ status, stdout })
  })

  it('runs in sh -e where there is no bash', () => {
    expect(run('echo "${BASH_VERSION-sh}"; false; echo on', {}, withoutBash())).toMatchObject({ status: 1, stdout: 'sh\n' })
  })

  it('exits with status 127 where the shell that was asked for is not there', () => {
    expect(run('true', { shell: parseShell('bash') }, withoutBash()).status).toBe(127)
  })

  it('runs in the shell that the input names', () => {
    expect(run('print("py")', { shell: parseShell('python3 {0}') })).toMatchObject({ status: 0, stdout: 'py\n' })
    expect(run('echo "$-"', { shell: parseShell('sh') }).stdout).toContain('e')
  })

  it('reads nothing of itself on its stdin, and keeps the umask', () => {
    expect(run('cat; umask')).toMatchObject({ status: 0, stdout: '0022\n' })
  })

  it('is in a directory that no other user can enter', () => {
    const { directory } = run('true')
    expect(readdirSync(directory)).toEqual(['script'])
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(join(directory, 'script')).mode & 0o777).toBe(0o600)
  })

  it('finds programs first in the directories that earlier steps named', () => {
    const directory = mkdtempSync(join(scratch, 'own-'))
    mkdirSync(join(directory, 'bin'))
    execFileSync('sh', ['-c', 'printf "#!/bin/sh\\necho ours\\n" >"$1"', 'sh', join(directory, 'bin', 'uname')])
    chmodSync(join(directory, 'bin', 'uname'), 0o755)
    expect(run('uname', { path: [join(directory, 'bin')] }).stdout).toBe('ours\n')
  })

  it('does not run when it cannot be written', () => {
    const result = run('touch should-not-be', { directory: '/proc/nowhere' })
    expect(result.status).toBe(125)
    expect(existsSync('should-not-be')).toBe(false)
  })
})

describe('the input shell', () => {
  it.each([
    [undefined, undefined],
    ['bash', ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '{0}']],
    ['sh', ['sh', '-e', '{0}']],
    ['  perl   -w {0} ', ['perl', '-w', '{0}']],
  ])('%s is %j', (text, words) => {
    expect(parseShell(text)).toEqual(words)
  })
})
