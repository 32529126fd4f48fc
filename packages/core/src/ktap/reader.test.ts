import { describe, expect, it } from 'vitest'
import { createKtapReader, createKtapText, renderResults, type KtapResults, type TestResult } from './index.ts'

const log = (
  text: string,
  options: { readonly prefixed?: boolean; readonly versionless?: boolean; readonly kernelOnly?: boolean } = {},
): KtapResults => {
  const reader = createKtapReader({ prefixed: true, versionless: false, ...options })
  for (const line of text.replace(/^\n/, '').split('\n')) reader.read(line)
  return reader.finish()
}

/** `name:status(children)` */
const tree = (tests: readonly TestResult[]): string =>
  tests.map((test) => `${test.name}:${test.status}${test.tests.length === 0 ? '' : `(${tree(test.tests)})`}`).join(' ')
const messages = (results: KtapResults) => results.errors.map(({ line, test, message }) => `${line} ${test}: ${message}`)

describe('nested results', () => {
  it('are told by indentation, as in the example of ktap.rst', () => {
    const results = log(`
KTAP version 1
1..1
  KTAP version 1
  1..3
    KTAP version 1
    1..1
    # case_a: initializing
    ok 1 case_a
  ok 1 first
    KTAP version 1
    1..2
    ok 1 case_a # SKIP not here
    ok 2 case_b
  ok 2 second
    KTAP version 1
    1..3
    ok 1 case_a
    # case_b: FAIL
    not ok 2 case_b
    ok 3 case_c # SKIP not here either
  not ok 3 third
not ok 1 whole`)
    expect(tree(results.tests)).toBe(
      'whole:fail(first:pass(case_a:pass) second:pass(case_a:skip case_b:pass) third:fail(case_a:pass case_b:fail case_c:skip))',
    )
    expect(results).toMatchObject({ status: 'fail', finished: true, counts: { passed: 3, failed: 1, skipped: 2, crashed: 0, errors: 0 } })
    expect(results.tests[0]?.tests[2]?.tests[1]?.diagnostics).toEqual(['# case_b: FAIL'])
    expect(results.tests[0]?.tests[1]?.tests[0]).toMatchObject({ reason: 'not here', startLine: 12, endLine: 12, number: 1 })
  })

  it('do not need a header when they are indented (TAP 14)', () => {
    const results = log(`
TAP version 14
    ok 1 - a
    not ok 2 - b
    1..2
not ok 1 - outer
# Subtest: named
    ok 1 - c
    1..1
ok 2 - named
1..2`)
    expect(tree(results.tests)).toBe('outer:fail(a:pass b:fail) named:pass(c:pass)')
    expect(results).toMatchObject({ status: 'fail', finished: true, counts: { errors: 0 } })
  })

  it('are found without indentation by name and plan, as kunit_parser.py does', () => {
    const results = log(`
KTAP version 1
1..2
KTAP version 1
# Subtest: suite
1..2
ok 1 a
not ok 2 b
not ok 1 suite
KTAP version 1
1..1
ok 1 c
ok 2 other`)
    expect(tree(results.tests)).toBe('suite:fail(a:pass b:fail) other:pass(c:pass)')
    expect(results.counts.errors).toBe(0)
  })

  it('take a test for no suite when a header announces it on its own level (Node, TAP 14)', () => {
    const results = log(`
TAP version 13
# Subtest: adds
ok 1 - adds
  ---
  duration_ms: 12.5
  ...
# Subtest: breaks
not ok 2 - breaks
  ---
  duration_ms: 1
  error: 'no'
  ...
1..2
# tests 2`)
    expect(tree(results.tests)).toBe('adds:pass breaks:fail')
    expect(results.tests.map(({ seconds }) => seconds)).toEqual([0.0125, 0.001])
    expect(results.tests[1]?.diagnostics).toEqual(['duration_ms: 1', "error: 'no'", '# tests 2'])
  })
})

describe('what counts', () => {
  it('leaves todo, xfail and skip out of the failures', () => {
    const results = log('TAP version 13\n1..4\nnot ok 1 a # TODO later\nnot ok 2 b # XFAIL known\nok 3 c # SKIP\nok 4 d')
    expect(results).toMatchObject({ status: 'pass', counts: { passed: 1, failed: 0, skipped: 1, todo: 1, xfail: 1 } })
  })

  it('is skip when everything was skipped, also by the plan alone', () => {
    expect(log('KTAP version 1\n1..1\nok 1 a # SKIP').status).toBe('skip')
    expect(log('TAP version 13\n1..0 # SKIP no such file').status).toBe('skip')
  })

  it('is no-tests for an empty plan and no-results without a stream', () => {
    expect(log('TAP version 14\n1..0')).toMatchObject({ status: 'no-tests', counts: { errors: 1 } })
    expect(log('hello\nok 1 you\n1..2')).toMatchObject({ status: 'no-results', tests: [], finished: false, counts: { errors: 1 } })
    expect(log('')).toMatchObject({ status: 'no-results' })
  })

  it('counts a planned test that never reported as crashed, with the words that came last', () => {
    const results = log('KTAP version 1\n1..3\nok 1 a\nSegmentation fault')
    expect(tree(results.tests)).toBe('a:pass :crashed :crashed')
    expect(results).toMatchObject({ status: 'crashed', finished: false, counts: { passed: 1, crashed: 2, errors: 2 } })
    expect(results.tests[1]?.diagnostics).toEqual(['Segmentation fault'])
    expect(messages(results)).toEqual(['4 : tests 2 to 3 never reported'])
  })

  it('does not need memory for a plan of a billion tests', () => {
    const results = log('KTAP version 1\n1..999999999\nok 1 a')
    expect(results.counts.crashed).toBe(999_999_998)
    expect(results.tests.length).toBeLessThan(200)
  })

  it('takes results in any order in TAP, and reports a number that is not the next one in KTAP', () => {
    expect(log('TAP version 14\n1..3\nok 2\nok 3\nok 1')).toMatchObject({ status: 'pass', counts: { passed: 3, errors: 0 } })
    const results = log('KTAP version 1\n1..2\nok 1 a\nok 3 b')
    expect(results).toMatchObject({ status: 'pass', counts: { passed: 2, errors: 1 } })
    expect(messages(results)).toEqual(['4 b: expected test number 2 but found 3'])
  })

  it('fails for a number outside of the plan or seen before in TAP, and names the one that never reported', () => {
    const outside = log('TAP version 14\n1..3\nok 2\nok 4\nok 1')
    expect(outside.status).toBe('fail')
    expect(messages(outside)).toEqual(['4 : number 4 is not in the plan of 3', '5 : test 3 never reported'])
    expect(messages(log('TAP version 14\n1..3\nok 1\nok 1\nok 2'))).toEqual([
      '4 : number 1 has reported before',
      '5 : test 3 never reported',
    ])
    expect(log('TAP version 14\nok 1\nok 3\n1..2').status).toBe('fail')
  })

  it('fails for more results than were planned, before or behind the plan', () => {
    expect(log('TAP version 13\n1..1\nok 1 a\nok 2 b').status).toBe('fail')
    expect(log('TAP version 13\nok 1 a\nok 2 b\n1..1').status).toBe('fail')
    expect(log('TAP version 13\nok 1 a\nok 2 b\n1..3').status).toBe('crashed')
    expect(log('TAP version 13\nok 1 a\nok 2 b\n1..2').status).toBe('pass')
  })

  it('fails for a bail out', () => {
    const results = log('TAP version 13\nok 1 a\nBail out! no memory')
    expect(results).toMatchObject({ status: 'fail', finished: false, bailOut: 'no memory' })
  })

  it('says crashed for a suite without its result line, although its tests passed', () => {
    const results = log('KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: s\n  1..1\n  ok 1 a')
    expect(results).toMatchObject({ status: 'crashed', finished: false, counts: { passed: 1 } })
    expect(tree(results.tests)).toBe('s:crashed(a:pass)')
  })

  it('sees the failure below a suite that calls itself ok', () => {
    expect(log('KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 a\nok 1 s').status).toBe('fail')
  })
})

describe('what must not pass', () => {
  const versionless = (text: string) => log(text, { versionless: true }).status

  it.each(['1..4294967295000', '1..-1', '1..x', '1..', '1..3 tests'])('is the plan %s, which cannot be read', (plan) => {
    const errors = [{ message: `a plan that cannot be read: ${plan}` }]
    expect(log(`TAP version 13\n${plan}\nok 1 a`)).toMatchObject({ status: 'fail', errors })
    expect(log(`KTAP version 1\n${plan}\nok 1 a`)).toMatchObject({ status: 'fail', errors })
  })

  it('is an unreadable plan without a version line, but not a text that counts aloud', () => {
    expect(versionless('1..4294967295000\nok 1 a')).toBe('fail')
    expect(log('TAP version 13\nok 1 a\n1...2...3\n1..1').status).toBe('pass')
  })

  it('is a second plan that promises something else', () => {
    expect(log('TAP version 13\n1..1\nok 1 a\n1..3').status).toBe('fail')
    expect(log('TAP version 13\n1..1\nok 1 a\n1..1').status).toBe('pass')
  })

  it.each(['not ok 99999999999 a', 'not ok - a', 'not ok', 'not ok 1 a\u2028b', 'not ok 1 a\u0085b'])('is the failed result %j', (line) => {
    expect(log(`KTAP version 1\n${line}`).status).toBe('fail')
    expect(log(`TAP version 13\n${line}`).status).toBe('fail')
  })

  it('is a bail out of any words, but not a sentence that begins as a result does', () => {
    expect(log('KTAP version 1\n1..1\nnot ok to say so\nok 1 a').status).toBe('pass')
    expect(log('TAP version 13\nok 1 a\nBail out! a\u2028b').status).toBe('fail')
  })

  it('is a failure on the same line as a text that lacks its end, when it is the next result', () => {
    const results = log('TAP version 13\n1..3\nok 1 a\nDiff too high: 25..not ok 2 b\nok 3 c')
    expect(tree(results.tests)).toBe('a:pass b:fail c:pass')
    expect(results.tests[1]?.diagnostics).toEqual(['Diff too high: 25..'])
    expect(tree(log('TAP version 13\n1..1\nthis is not ok 7 b\nok 1 a').tests)).toBe('a:pass')
  })

  it('is a program that planned more in comments than it reported, unless it is skipped', () => {
    const comments = '# TAP version 13\n# 1..3\n# FAIL: 0 expected but -1 returned'
    expect(log(`TAP version 13\n1..1\n${comments}\nok 1 selftests: kcmp: kcmp_test`).status).toBe('fail')
    expect(log(`TAP version 13\n1..2\n${comments}\nok 1 a # SKIP\nok 2 b`).status).toBe('pass')
    expect(log('TAP version 13\n1..1\n# 1..1\n# ok 1 a\n# ok 2 b\nok 1 a').status).toBe('fail')
  })

  it('is nesting that is deeper than anything that tests: it is reported and ends no program', () => {
    const levels = Array.from({ length: 3000 }, (_, level) => '    '.repeat(level))
    const headers = levels.map((indent) => `${indent}# Subtest: a`)
    const ends = levels.toReversed().map((indent) => `${indent}ok 1 a`)
    const few = levels.slice(0, 300)
    const deep = [
      [...headers, ...ends],
      [...headers.map((line) => line.trimStart()), 'ok 1 a'],
      [`${'    '.repeat(3000)}ok 1 a`, 'ok 1 a'],
      [...few.map((indent) => `${indent}KTAP version 1`), ...few.toReversed().map((indent) => `${indent}ok 1 a`)],
    ]
    for (const [index, lines] of deep.entries()) {
      const results = log(`TAP version 14\n${lines.join('\n')}`)
      expect(results.status, `${index}`).not.toBe('pass')
      expect(results.errors, `${index}`).toContainEqual(
        expect.objectContaining({ message: 'subtests more than 100 levels deep are not read' }),
      )
      expect(JSON.stringify(results)).toContain('not read')
    }
  })

  it('is bounded in comments of comments too', () => {
    const lines = Array.from({ length: 200 }, (_, level) => `${'# '.repeat(level)}TAP version 13`)
    expect(log([...lines, `${'# '.repeat(199)}not ok 1 a`, 'ok 1 a'].join('\n')).status).toBe('pass')
    expect(log([...lines.slice(0, 4), '# # # not ok 1 a', 'ok 1 a'].join('\n')).counts.failed).toBe(1)
  })
})

/** The examples of the TAP 14 specification (testanything.org), in its words. */
describe('the examples of the TAP 14 specification', () => {
  it.each<[string, string, KtapResults['status'], string]>([
    [
      'common with explanation',
      '1..6\n#\n# Create a new Board and Tile, then place\n# the Tile onto the board.\n#\nok 1 - The object isa Board\nok 2 - Board size is zero\nok 3 - The object isa Tile\nok 4 - Get possible places to put the Tile\nok 5 - Placing the tile produces no error\nok 6 - Board size is 1',
      'pass',
      '6 tests: 6 passed',
    ],
    [
      'unknown amount and failures',
      'ok 1 - retrieving servers from the database\n# need to ping 6 servers\nok 2 - pinged diamond\nok 3 - pinged ruby\nnot ok 4 - pinged saphire\n  ---\n  message: "hostname \'saphire\' unknown"\n  ...\nok 5 - pinged onyx\nnot ok 6 - pinged quartz\n  ---\n  message: "timeout"\n  ...\nok 7 - pinged gold\n1..7',
      'fail',
      '7 tests: 5 passed, 2 failed (pinged saphire, pinged quartz)',
    ],
    [
      'giving up',
      "1..573\nnot ok 1 - database handle\nBail out! Couldn't connect to database.",
      'crashed',
      '573 tests: 1 failed, 572 crashed',
    ],
    [
      'skipping a few',
      '1..5\nok 1 - approved operating system\n# $^0 is solaris\nok 2 - # SKIP no /sys directory\nok 3 - # SKIP no /sys directory\nok 4 - # SKIP no /sys directory\nok 5 - # SKIP no /sys directory',
      'pass',
      '5 tests: 1 passed, 4 skipped',
    ],
    ['skipping everything', "1..0 # skip because English-to-French translator isn't installed", 'skip', '1 test: 1 skipped'],
    [
      'got spare tuits?',
      '1..4\nok 1 - Creating test program\nok 2 - Test program runs, no error\nnot ok 3 - infinite loop # TODO halting problem unsolved\nnot ok 4 - infinite loop 2 # TODO halting problem unsolved',
      'pass',
      '4 tests: 2 passed, 2 todo',
    ],
    [
      'creative liberties',
      'ok - created Board\nok\nok\nok\nok\nok\nok\nok\n  ---\n  message: "Board layout"\n  severity: comment\n  dump:\n    board:\n      - \'      16G         05C        \'\n  ...\nok - board has 7 tiles + starter tile\n1..9',
      'pass',
      '9 tests: 9 passed',
    ],
    ['subtests', '1..1\n    # Subtest: foo.tap\n    1..2\n    ok 1\n    ok 2 - this passed\nok 1 - foo.tap', 'pass', '2 tests: 2 passed'],
    [
      'a failure below a parent',
      '1..2\n# Subtest: foo.tap\n    1..2\n    ok 1\n    ok 2 - this passed\nok 1 - foo.tap\n# Subtest: bar.tap\n    ok 1 - object should be a Bar\n    not ok 2 - object.isBar should return true\n    1..2\nnot ok 2 - bar.tap',
      'fail',
      '4 tests: 3 passed, 1 failed (bar.tap.object.isBar should return true)',
    ],
    [
      'escapes',
      'ok 1 - hello # todo\nok 2 - hello \\# todo\nok 3 - hello \\\\# todo\nok 4 - hello \\\\\\# todo\n1..4',
      'pass',
      '4 tests: 2 passed, 2 todo',
    ],
  ])('%s', (_title, text, status, said) => {
    const results = log(`TAP version 14\n${text}`)
    expect(results.status).toBe(status)
    expect(renderResults(results).at(-1)).toContain(said)
  })
})

describe('a harness of TAP 14', () => {
  const tap14 = (text: string): KtapResults => log(`TAP version 14\n${text}`)

  it('counts where results have no numbers', () => {
    const results = tap14('1..4\nnot ok\nok\nnot ok - third')
    expect(results.tests.map(({ number, status }) => [number, status])).toEqual([
      [1, 'fail'],
      [2, 'pass'],
      [3, 'fail'],
      [4, 'crashed'],
    ])
    expect(renderResults(results).at(-1)).toBe('4 tests: 1 passed, 2 failed, 1 crashed ((test 1), third, (test 4, never reported))')
  })

  it('keeps a pragma inside its subtest', () => {
    const junk = (outer: string, inner: string): string =>
      tap14(`pragma ${outer}strict\n# Subtest: child\n    1..1\n    pragma ${inner}strict\n    ok 1\nok 1 - child\nnot TAP at all\n1..1`)
        .status
    expect([junk('-', '+'), junk('+', '-'), junk('-', '-')]).toEqual(['pass', 'fail', 'pass'])
    expect(tap14('    pragma +strict\n    junk\n    ok 1\n    1..1\nok 1\n1..1').status).toBe('fail')
    expect(tap14('pragma +strict\n# Subtest: child\n    1..1\n    junk\n    ok 1\nok 1 - child\n1..1').status).toBe('fail')
  })

  it('bails out in any letters, with an escaped reason, in a subtest too', () => {
    expect(tap14('1..2\nok 1\nbail OUT! no \\# and no \\\\').bailOut).toBe('no # and no \\')
    expect(tap14('1..1\n# Subtest: a\n    1..2\n    ok 1\n    Bail out! gone')).toMatchObject({ status: 'crashed', bailOut: 'gone' })
  })

  it('unescapes the reason of an empty plan', () => {
    expect(tap14('1..0 # no \\# here').tests).toEqual([])
    expect(tap14('# Subtest: a\n    1..0 # no \\# here\nok 1 - a\n1..1').tests[0]).toMatchObject({ status: 'skip', reason: 'no # here' })
  })

  it('takes a directive that it does not know for a part of the description', () => {
    expect(tree(tap14('ok 1 - one # two # todo\nok 2 - one # todo # two\n1..2').tests)).toBe('one # two # todo:pass one:todo')
    expect(tree(log('TAP version 13\nok 1 - one # exit=0\n1..1').tests)).toBe('one:pass')
  })

  it('reads directives in any letters, with more letters and a colon', () => {
    const { tests } = tap14(
      'ok 1 - a # Skipped\nok 2 - b # Skipped: not today\nok 3 - #SkIp nor tomorrow\nok 4 - http://a/b.html#skip is one\n1..4',
    )
    expect(tests.map(({ name, status, reason }) => [name, status, reason])).toEqual([
      ['a', 'skip', undefined],
      ['b', 'skip', 'not today'],
      ['nor tomorrow', 'skip', undefined],
      ['http://a/b.html#skip is one', 'pass', undefined],
    ])
  })

  it('reads subtests whose header has no name, and subtests that ran nothing', () => {
    const results = tap14('1..2\n# Subtest\n    ok 1 - inside\n    1..1\nok 1\n# Subtest: empty\n    1..0\nok 2 - empty')
    expect(tree(results.tests)).toBe(':pass(inside:pass) empty:no-tests')
    expect(results.status).toBe('pass')
  })
})

describe('KUnit on the console', () => {
  const at = (seconds: string, text: string) => `[    ${seconds}] ${text}`

  it('is read behind time stamps and callers, between messages of the kernel', () => {
    const results = log(
      [
        '[    0.000000][    T0] Linux version 6.12.0',
        '[    0.500000][    T1] KTAP version 1',
        '[    0.500001][    T1] 1..1',
        '[    0.500002][    T1]     KTAP version 1',
        '[    0.500003][    T1]     # Subtest: example',
        '[    0.500004][    T1]     # module: kunit_example_test',
        '[    0.500005][    T1]     1..2',
        '[    0.700000][    T9]     # slow_one: about to start',
        '[    0.700000][   C1] clocksource: tsc: mask',
        '[    1.500000][    T1]     # slow_one.speed: slow',
        '[    1.500000][    T1]     ok 1 slow_one',
        '[    1.750000][    T1]     ok 2 quick_one',
        '[    1.750000][    T1] # example: pass:2 fail:0 skip:0 total:2',
        '[    1.750001][    T1] ok 1 example',
        '[    2.000000][    T1] Run /init as init process',
        'ok 1 said by a program',
        'not ok 2 said by a program',
      ].join('\r\n'),
    )
    expect(results).toMatchObject({ status: 'pass', finished: true, counts: { passed: 2, errors: 0 } })
    const suite = results.tests[0]
    expect(suite).toMatchObject({ name: 'example', attributes: { module: 'kunit_example_test' }, planned: 2 })
    expect(suite?.seconds).toBeCloseTo(1.25, 3)
    expect(suite?.tests[0]).toMatchObject({ attributes: { speed: 'slow' }, startLine: 8, endLine: 11 })
    expect(suite?.tests[0]?.diagnostics).toContain('clocksource: tsc: mask')
    expect(suite?.tests[1]?.seconds).toBeCloseTo(0.25, 3)
  })

  it('ends a suite where the machine died', () => {
    const results = log(
      [
        at('1.000000', 'KTAP version 1'),
        at('1.000000', '1..2'),
        at('1.000000', '    KTAP version 1'),
        at('1.000000', '    # Subtest: example'),
        at('1.000000', '    1..3'),
        at('1.000000', '    ok 1 a'),
        at('1.100000', 'BUG: kernel NULL pointer dereference, address: 0000000000000000'),
        at('1.200000', 'Kernel panic - not syncing: Fatal exception'),
        at('1.300000', 'Rebooting in 1 seconds..'),
        '[    0.000000] Linux version 6.12.0',
        '[    0.000000] KTAP version 1',
        '[    0.000000] 1..1',
        '[    0.000000] ok 1 after',
      ].join('\n'),
    )
    expect(tree(results.tests)).toBe('example:crashed(a:pass :crashed :crashed) :crashed after:pass')
    expect(results.tests[0]?.tests[1]?.diagnostics[0]).toMatch(/^BUG: kernel NULL/)
    expect(results.streams.map(({ planned, reported, startLine }) => ({ planned, reported, startLine }))).toEqual([
      { planned: 2, reported: 2, startLine: 1 },
      { planned: 1, reported: 1, startLine: 11 },
    ])
  })

  it('goes on after a suite that never said how it ended', () => {
    const results = log(
      'KTAP version 1\n1..2\n    KTAP version 1\n    # Subtest: one\n    1..2\n    ok 1 a\n    KTAP version 1\n    # Subtest: two\n    1..1\n    ok 1 b\nok 2 two',
    )
    expect(tree(results.tests)).toBe('one:crashed(a:pass :crashed) two:pass(b:pass)')
  })

  it('keeps parametrised tests inside their suite', () => {
    const results = log(`
    KTAP version 1
    1..1
        KTAP version 1
        # Subtest: suite
        1..2
            KTAP version 1
            # Subtest: many
            ok 1 x=1
            ok 2 x=2
        # many: pass:2 fail:0 skip:0 total:2
        ok 1 many
        ok 2 single
    ok 1 suite`)
    expect(tree(results.tests)).toBe('suite:pass(many:pass(x=1:pass x=2:pass) single:pass)')
    expect(results.counts).toMatchObject({ passed: 3, errors: 0 })
  })

  it('tells what keeps the executor from running', () => {
    const results = log('[    1.000000] kunit executor: error filtering suites: -22')
    expect(messages(results)[0]).toMatch(/kunit executor: error filtering suites/)
  })

  it('reads a program on the same console beside it, each with its own results', () => {
    const results = log(
      [
        '[    1.000000] KTAP version 1',
        'TAP version 13',
        '1..2',
        '[    1.000000] 1..1',
        'ok 1 mine',
        '[    1.000000] not ok 1 kernel',
        '[    1.000000] usb 1-1: new device',
        'not ok 2 mine too',
      ].join('\n'),
    )
    expect(tree(results.tests)).toBe('kernel:fail mine:pass mine too:fail')
    expect(
      log('[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000] ok 1 a\nTAP version 13\n1..1\nnot ok 1 b', {
        kernelOnly: true,
      }),
    ).toMatchObject({
      status: 'pass',
      counts: { passed: 1, failed: 0 },
    })
  })
})

describe('torn and strange lines', () => {
  it('survive a message of the kernel in the middle', () => {
    const results = log(
      [
        'TAP version 13',
        '1..3',
        'ok 1 first na[   12.345678] EXT4-fs (vda): mounted',
        'me',
        'progress 50%[   12.400000][   T99] ok 9 of the kernel',
        'ok 2 second',
        'ok 3 thi[   13.000000] usb',
        'ok 3 noise',
      ].join('\n'),
    )
    expect(results.tests.map(({ name }) => name)).toEqual(['first name', 'second', 'thi', 'noise'])
  })

  it('survive a time stamp whose beginning was lost', () => {
    const results = log('[    1.000000] KTAP version 1\n[    1.000000] 1..2\n  1.000000] ok 1 a\nok 2 b')
    expect(results).toMatchObject({ status: 'pass', counts: { passed: 2 } })
  })

  it('belong to their suite although a busy console lost a letter of its name', () => {
    const results = log(`
KTAP version 1
1..2
    KTAP version 1
    # Subtest: string-stream-test
    1..1
    ok 1 append
ok 1 sring-stream-test
    KTAP version 1
    # Subtest: other
    1..1
    ok 1 more
ok 2 other`)
    expect(tree(results.tests)).toBe('string-stream-test:pass(append:pass) other:pass(more:pass)')
    expect(results).toMatchObject({ status: 'pass', finished: true, errors: [] })
  })

  it('are read behind what a logger puts before every line', () => {
    const stamp = '2026-11-22T10:00:00.0000000Z '
    const lines = [
      'noise',
      '[    1.000000] KTAP version 1',
      '[    1.000000] 1..1',
      '[    1.000000]   KTAP version 1',
      '[    1.000000]   1..1',
      '[    1.000000]   ok 1 a',
      '[    1.000000] ok 1 s',
    ]
    expect(tree(log(lines.map((line) => stamp + line).join('\n')).tests)).toBe('s:pass(a:pass)')
    expect(tree(log('host: TAP version 13\nhost: 1..1\nhost: not ok 1 a').tests)).toBe('a:fail')
  })

  it('lose colours and what a progress display wrote over', () => {
    const results = log('TAP version 13\n1..1\n\u001B[32m50%\rok 1 \u001B[1mname\u001B[0m')
    expect(tree(results.tests)).toBe('name:pass')
  })

  it.each([
    ['not ok 1 - a\rok 1 - a\n1..1', 'fail'],
    ['ok 1 - a\nnot ok 2 - b\r\u001B[Kok 3 - c', 'fail'],
    ['not ok 1 - a\r\u001B[K\nok 2 - b', 'fail'],
    ['ok 1 - a\rBail out! no disk\rok 2 - b\n1..2', 'fail'],
    ['ok 1 - a\r\u001B]0;a title\u0007ok 2 - b\n1..2', 'pass'],
    ['ok 1 - a\r\u001B[K\n1..1', 'pass'],
    ['ok 1 - a\rok 1 - a (3 ms)\n1..1', 'pass'],
  ])('keep a result that something else was written over: %j', (text, status) => {
    for (const stamp of ['', '[    1.000000] '])
      expect(log(`${stamp}TAP version 13\n${stamp}${text.replaceAll('\n', `\n${stamp}`)}`).status).toBe(status)
  })

  it('are no results of a program when its output only mentions them', () => {
    const results = log('echo TAP version 13 works\n[    1.0] x\nok 1 a', { prefixed: false })
    expect(results.status).toBe('no-results')
    expect(log('  prefix TAP version 13\nok 1 a', { prefixed: false }).status).toBe('no-results')
  })

  it('keep the first and the last lines of a flood', () => {
    const flood = Array.from({ length: 5000 }, (_, index) => `line ${index}`).join('\n')
    const results = log(`TAP version 13\n1..1\n${flood}\nnot ok 1 a`)
    const lines = results.tests[0]?.diagnostics ?? []
    expect(lines.length).toBeLessThan(300)
    expect([lines[0], lines.at(-1)]).toEqual(['line 0', 'line 4999'])
    expect(lines.some((line) => /4\d\d\d lines are left out/.test(line))).toBe(true)
  })
})

describe('streams', () => {
  it('follow each other in one log', () => {
    const results = log('TAP version 13\n1..1\nok 1 a\nTAP version 13\n1..2\nok 1 b\nnot ok 2 c')
    expect(tree(results.tests)).toBe('a:pass b:pass c:fail')
    expect(results.streams).toHaveLength(2)
  })

  it('of a program that died are unfinished, and the next one counts for itself', () => {
    const results = log('TAP version 13\n1..3\nok 1 a\nTAP version 13\n1..1\nok 1 b')
    expect(tree(results.tests)).toBe('a:pass :crashed :crashed b:pass')
    expect(results.finished).toBe(false)
  })

  it('need no version line in TAP 12, when that is allowed', () => {
    const text = '1..2\nok 1 - a\nnot ok 2 - b'
    expect(log(text).status).toBe('no-results')
    expect(log(text, { versionless: true })).toMatchObject({ status: 'fail', streams: [{ protocol: 'TAP', version: 12, planned: 2 }] })
  })

  it('of a kselftest run hold the results that each program printed in comments', () => {
    const results = log(
      'TAP version 13\n1..2\n# timeout set to 45\n# selftests: net: foo\n# TAP version 13\n# 1..2\n# ok 1 a\n# # why\n# not ok 2 b\nnot ok 1 selftests: net: foo # exit=1\n# selftests: net: bar\n# not ok 1 c\nok 2 selftests: net: bar',
    )
    expect(results).toMatchObject({ status: 'fail', counts: { passed: 1, failed: 2 } })
    expect(results.tests).toMatchObject([
      { name: 'selftests: net: foo', reason: 'exit=1', tests: [{ name: 'a' }, { name: 'b', status: 'fail', diagnostics: ['# why'] }] },
      { name: 'selftests: net: bar', status: 'pass', tests: [{ name: 'c', status: 'fail' }] },
    ])
  })

  it('of a program that fails after its tests passed count that failure', () => {
    const results = log('TAP version 13\n1..1\n# selftests: net: foo\n# 1..2\n# ok 1 a\n# ok 2 b\nnot ok 1 selftests: net: foo # exit=1')
    expect(results).toMatchObject({ status: 'fail', counts: { passed: 2, failed: 1 } })
  })

  it('may begin with a deeper subtest (TAP 14, bare subtests)', () => {
    const results = log('TAP version 14\n        ok 1 - twice\n        1..1\n    ok 1 - parent\n    1..1\nok 1 - passing\n1..1')
    expect(results).toMatchObject({ status: 'pass', counts: { passed: 1, errors: 0 } })
    expect(results.tests).toMatchObject([{ name: 'passing', tests: [{ name: 'parent', tests: [{ name: 'twice' }] }] }])
  })

  it('give the lines after a failure to it in TAP, to both neighbours when both failed, the last ones to the last failure', () => {
    const results = log(
      'TAP version 13\n1..4\nok 1 a\n# before b\nnot ok 2 b\n# between\nnot ok 3 c\n# after c\nok 4 d\n# Looks like you failed 2 tests of 4.',
    )
    expect(results.tests.map(({ diagnostics }) => diagnostics)).toEqual([
      [],
      ['# before b', '# between'],
      ['# between', '# after c', '# Looks like you failed 2 tests of 4.'],
      [],
    ])
  })

  it('keep the lines before a failure with it in KTAP', () => {
    const results = log('KTAP version 1\n1..2\n# why\nnot ok 1 a\n# of b\nok 2 b')
    expect(results.tests.map(({ diagnostics }) => diagnostics)).toEqual([['# why'], ['# of b']])
  })

  it('are skipped by an empty plan with a reason, and are not a pass by one without', () => {
    expect(log('TAP version 14\n1..0 # WWW::Demo not installed').status).toBe('skip')
    expect(log('TAP version 14\n1..0').status).toBe('no-tests')
  })

  it('may do without numbers before a late plan, without a version line too', () => {
    expect(log('ok a\nnot ok b\n1..2', { versionless: true })).toMatchObject({ status: 'fail', counts: { passed: 1, failed: 1 } })
    expect(log('ok, that went well\nnothing else', { versionless: true }).status).toBe('no-results')
  })

  it('fail for other lines under pragma +strict, and not after pragma -strict', () => {
    expect(log('TAP version 14\npragma +strict\n1..1\nhello\nok 1 a').status).toBe('fail')
    expect(log('TAP version 14\npragma +strict\n1..1\nok 1 a\nhello').status).toBe('fail')
    expect(log('TAP version 14\npragma +strict\n# fine\npragma -strict\n1..1\nhello\nok 1 a').status).toBe('pass')
  })

  it('of KUnit may be an excerpt without its version line', () => {
    const results = log(
      '[   61.250000]     # Subtest: frob\n[   61.250001]     1..2\n[   61.250002]     ok 1 a\n[   61.250003]     not ok 2 b\n[   61.250004] not ok 1 frob',
      { versionless: true },
    )
    expect(results).toMatchObject({ status: 'fail', tests: [{ name: 'frob', tests: [{ name: 'a' }, { name: 'b' }] }] })
  })

  it.each([
    ['the caller of util-linux', '[   61.250000] [      T1] '],
    ['a journal', 'Aug  7 09:50:56.123456 box kernel: '],
    ['a vendor', '[   61.250000]  (1)[412:insmod]'],
    ['LAVA', '- {"dt": "2024-08-17T09:50:56.123456", "lvl": "target", "msg": "'],
  ])('are read after what %s put before every line', (_name, prefix) => {
    const lines = [
      'KTAP version 1',
      '1..1',
      '    KTAP version 1',
      '    # Subtest: frob',
      '    1..2',
      '    ok 1 a',
      '    not ok 2 b',
      'not ok 1 frob',
    ]
    const results = log(lines.map((line) => `${prefix}${line}`).join('\n'))
    expect(results).toMatchObject({ status: 'fail', tests: [{ name: 'frob', tests: [{ name: 'a' }, { name: 'b' }] }] })
  })

  it('of an unknown version are read, and that is said', () => {
    expect(log('KTAP version 2\n1..1\nok 1 a')).toMatchObject({ status: 'pass', counts: { errors: 1 } })
  })

  it('keep their "not" after a prefix that is a word', () => {
    expect(log('host1 KTAP version 1\nhost1 1..2\nhost1 ok 1 a\nnot ok 2 b').status).toBe('fail')
    expect(tree(log('host1 KTAP version 1\nhost1 1..1\nhost2 not ok 1 a').tests)).toBe('a:fail')
  })

  it('tell while they run that nothing more is expected', () => {
    const reader = createKtapReader({ prefixed: true, versionless: false })
    const states = ['noise', 'TAP version 13', '1..1', 'ok 1 a'].map((line) => {
      reader.read(line)
      return reader.progress()
    })
    expect(states.map(({ hasStarted, isComplete }) => `${hasStarted} ${isComplete}`)).toEqual([
      'false false',
      'true false',
      'true false',
      'true true',
    ])
  })

  it('may come in pieces, cut anywhere, with bytes that are no text', () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('TAP version 13\r\n1..2\nok 1 ä\nnot ok 2 '), 0xff, 0x0a])
    const reader = createKtapReader({ prefixed: false, versionless: false })
    const text = createKtapText(reader)
    for (const byte of bytes) text.push(new Uint8Array([byte]))
    text.end()
    expect(tree(reader.finish().tests)).toBe('ä:pass \uFFFD:fail')
  })

  it('report each result when it comes', () => {
    const seen: string[] = []
    const reader = createKtapReader({ prefixed: true, versionless: false, onResult: (test, path) => seen.push(`${path} ${test.status}`) })
    for (const line of ['KTAP version 1', '1..1', '  KTAP version 1', '  # Subtest: s', '  1..1', '  ok 1 a', 'ok 1 s']) reader.read(line)
    expect(seen).toEqual(['s.a pass', 's pass'])
  })
})
