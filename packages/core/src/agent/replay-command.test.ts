import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { replayCommand } from './replay-command.ts'

// What the command leaves unread is read after it: input that is not read fails the call.
const run = (script: string | undefined) =>
  execFileSync('/bin/sh', ['-c', `(${script ?? 'exit 9'}\n) && cat > /dev/null`], { encoding: 'utf8', input: 'typed' })

describe('replayCommand', () => {
  it('runs the same words in the same directory with the same variables', () => {
    const argv = ['/bin/sh', '-c', 'printf "%s|" "$PWD" "$A" "$1" "$(cat)"', 'sh', "it's $HOME"]
    const command = { argv, cwd: '/usr/share', env: { A: 'b "c"' }, stdin: false }
    expect(run(replayCommand(command))).toBe(`/usr/share|b "c"|it's $HOME||`)
    expect(run(replayCommand({ ...command, stdin: true }))).toBe(`/usr/share|b "c"|it's $HOME|typed|`)
  })

  it('lets the command read the text that it read', () => {
    const text = "a $HOME `id`\nEND\n  it's \\ %s\nEND_\n"
    expect(run(replayCommand({ argv: ['cat'], cwd: '/', env: {}, stdin: text }))).toBe(text)
  })

  it('leaves out what is too long for the agent', () => {
    expect(replayCommand({ argv: ['echo', 'x'.repeat(40_000)], cwd: '/', env: {}, stdin: false })).toBeUndefined()
  })
})
