import { expect, it } from 'vitest'
import type { Ending } from './guest.ts'
import { verdictAhead } from './last-look.ts'

const command = (exitCode: number): Ending => ({
  kind: 'command',
  result: { exitCode, signal: undefined, stdoutBytes: 0, stderrBytes: 0, seconds: 1, tainted: 0, artifacts: false },
})

it.each<[string, Ending, { isFailing?: boolean; panicked?: boolean }, string | undefined]>([
  ['a panic, whatever came before', command(0), { panicked: true, isFailing: true }, 'panic'],
  ['silence', { kind: 'over', end: 'silent' }, {}, 'hang'],
  ['a lockup', { kind: 'over', end: 'lockup' }, { isFailing: true }, 'hang'],
  ['silent tests', { kind: 'kunit-silent', silentMs: 1 }, {}, 'hang'],
  ['a limit', { kind: 'limit', limit: { kind: 'command', ms: 1 } }, { isFailing: true }, 'timeout'],
  ['a command that fails', command(1), { isFailing: true }, 'fail'],
  ['a report', command(0), { isFailing: true }, 'splat'],
  ['nothing', command(0), {}, undefined],
])('the verdict that decides about a dump is that of the run: %s', (_title, ending, { isFailing = false, panicked = false }, verdict) => {
  expect(verdictAhead(ending, { isFailing, panicked })).toBe(verdict)
})
