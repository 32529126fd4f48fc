import { describe, expect, it } from 'vitest'
import { parseKtapLine } from './parse-line.ts'

const result = (line: string) => {
  const found = parseKtapLine(line)
  if (found?.kind !== 'result') throw new Error(`no result: ${line}`)
  const { ok, number, name, directive, reason } = found
  return [ok ? 'ok' : 'not ok', number, name, directive, reason]
}

describe('a line of TAP or KTAP', () => {
  it.each([
    ['ok 1 name', ['ok', 1, 'name', undefined, '']],
    ['not ok 2 - some name', ['not ok', 2, 'some name', undefined, '']],
    ['ok 3', ['ok', 3, '', undefined, '']],
    ['ok', ['ok', undefined, '', undefined, '']],
    ['ok - no number', ['ok', undefined, 'no number', undefined, '']],
    ['ok 4 name # SKIP no such device', ['ok', 4, 'name', 'skip', 'no such device']],
    ['not ok 4 name # SKIP', ['not ok', 4, 'name', 'skip', '']],
    ['ok 5 # SKIP name behind', ['ok', 5, 'name behind', 'skip', '']],
    ['ok 5 # XFAIL name behind', ['ok', 5, 'name behind', 'xfail', '']],
    ['not ok 6 name # TODO later', ['not ok', 6, 'name', 'todo', 'later']],
    ['not ok 6 name #TODO later', ['not ok', 6, 'name', 'todo', 'later']],
    ['not ok 7 name # TIMEOUT 45 seconds', ['not ok', 7, 'name', 'timeout', '45 seconds']],
    ['not ok 8 name # error cannot open', ['not ok', 8, 'name', 'error', 'cannot open']],
    ['ok 9 check # rcode=0', ['ok', 9, 'check', undefined, 'rcode=0']],
    ['ok 10 name # Skipped: later', ['ok', 10, 'name', 'skip', 'later']],
    ['ok 12 - hello \\# todo', ['ok', 12, 'hello # todo', undefined, '']],
    ['ok 13 - hello # todo hash \\# character', ['ok', 13, 'hello', 'todo', 'hash # character']],
    ['ok 14 - hello \\\\# todo', ['ok', 14, 'hello \\', 'todo', '']],
    ['ok 11 C# and a\\#b', ['ok', 11, 'C# and a#b', undefined, '']],
    [
      'ok 12 sys: command = -1, errno = 22. Failed as expected',
      ['ok', 12, 'sys: command = -1, errno = 22. Failed as expected', undefined, ''],
    ],
  ])('%s', (line, expected) => expect(result(line)).toEqual(expected))

  it.each([
    ['  KTAP version 1', { kind: 'version', column: 2, protocol: 'KTAP', version: 1 }],
    ['TAP version 13', { kind: 'version', column: 0, protocol: 'TAP', version: 13 }],
    ['\t# Subtest: some suite', { kind: 'header', column: 4, name: 'some suite' }],
    ['1..12', { kind: 'plan', column: 0, count: 12, skip: undefined }],
    ['1..0 # SKIP no hardware', { kind: 'plan', column: 0, count: 0, skip: 'no hardware' }],
    ['Bail out! no memory', { kind: 'bail', column: 0, reason: 'no memory' }],
  ])('%s', (line, expected) => expect(parseKtapLine(line)).toEqual(expected))

  it.each(['okay', 'not okay', '# ok 1 name', 'notok 1', '1...5', 'TAP version thirteen', '# Subtest', 'ok1', ''])('not %j', (line) =>
    expect(parseKtapLine(line)).toBeUndefined(),
  )
})
