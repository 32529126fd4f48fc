import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKtapReader, createKtapText, isGood, type KtapResults } from '@kernelkit/core/ktap'
import { kernelSource } from './lib/kernel-source.ts'
import { kernelkit, lastLine, smallGuest, testArtifacts } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()
const onImage = ['run', '-k', kernel, '--image', image, '--no-cwd', ...smallGuest]
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

type Counts = Readonly<Record<string, number>>

/** What tools/testing/kunit/kunit_tool_test.py expects of each log next to it. */
const rows: readonly (readonly [log: string, status: string, counts: Counts, first?: string])[] = [
  ['test_is_test_passed-all_passed', 'pass', { errors: 0 }],
  ['test_is_test_passed-all_passed_nested', 'pass', { errors: 0 }],
  ['test_is_test_passed-kselftest', 'pass', { errors: 0 }],
  ['test_is_test_passed-failure', 'fail', { errors: 0 }],
  ['test_is_test_passed-no_tests_run_no_header', 'no-results', { errors: 1 }],
  ['test_is_test_passed-missing_plan', 'pass', { passed: 10, failed: 0, crashed: 0, skipped: 0, errors: 0 }],
  ['test_is_test_passed-no_tests_run_with_header', 'no-tests', { errors: 1 }],
  ['test_is_test_passed-no_tests_no_plan', 'pass', { passed: 1, errors: 1 }],
  ['test_insufficient_memory', 'no-results', { errors: 1 }],
  ['test_skip_tests', 'pass', { passed: 4, skipped: 1, failed: 0, crashed: 0, errors: 0 }],
  ['test_skip_all_tests', 'skip', { passed: 0, skipped: 5, errors: 0 }],
  ['test_strip_hyphen', 'pass', {}, 'sysctl_test'],
  ['test_config_printk_time', 'pass', { errors: 0 }, 'kunit-resource-test'],
  ['test_multiple_prefixes', 'pass', { errors: 0 }, 'kunit-resource-test'],
  ['test_interrupted_tap_output', 'pass', { errors: 0 }, 'kunit-resource-test'],
  ['test_pound_sign', 'pass', { errors: 0 }, 'kunit-resource-test'],
  ['test_pound_no_prefix', 'pass', { errors: 0 }, 'kunit-resource-test'],
  // Only that it crashed is expected there; the counts are those that kunit_parser.py prints.
  ['test_kernel_panic_interrupt', 'crashed', { passed: 8, crashed: 2, errors: 3 }, 'kunit-resource-test'],
  ['test_parse_ktap_output', 'pass', { passed: 3, errors: 0 }, 'suite'],
  ['test_parse_subtest_header', 'pass', { passed: 1, errors: 0 }, 'suite'],
  ['test_parse_attributes', 'pass', { passed: 1, errors: 0 }, 'suite'],
  ['test_output_isolated_correctly', 'pass', { passed: 2 }, 'example'],
  ['test_output_with_prefix_isolated_correctly', 'pass', { passed: 10 }, 'kunit-resource-test'],
]
const expectations = rows.map(([log, status, counts, first]) => ({ log, status, counts, first }))

describe("the logs of the kernel's own parser", () => {
  let logs = ''

  // They are GPL-2.0 and stay where they are: in the source package that the test kernel is made of.
  beforeAll(async () => {
    logs = join(await kernelSource(), 'tools/testing/kunit/test_data')
  })

  it('are all among the expectations', async () => {
    const names = (await readdir(logs)).filter((name) => name.endsWith('.log')).map((name) => name.replace('.log', ''))
    expect(names.toSorted()).toEqual(expectations.map(({ log }) => log).toSorted())
  })

  // As `kernelkit ktap` reads a file.
  const read = async (log: string): Promise<KtapResults> => {
    const reader = createKtapReader({ prefixed: true, versionless: true })
    const text = createKtapText(reader)
    text.push(await readFile(join(logs, `${log}.log`)))
    text.end()
    return reader.finish()
  }

  it.each(expectations)('$log is $status', async ({ log, status, counts, first }) => {
    const results = await read(log)
    expect(results).toMatchObject({ status, counts })
    if (first !== undefined) expect(results.tests[0]?.name).toBe(first)
    expect(isGood(results) && results.finished).toBe(status === 'pass' || status === 'skip')
  })

  it.each([
    ['test_is_test_passed-all_passed', 0],
    ['test_is_test_passed-failure', 1],
  ])('%s ends kernelkit ktap with status %i and the same results', async (log, status) => {
    const { stdout, exitCode } = await kernelkit(['ktap', join(logs, `${log}.log`), '--json'])
    expect(exitCode).toBe(status)
    expect(JSON.parse(stdout)).toMatchObject(JSON.parse(JSON.stringify(await read(log))) as object)
  })

  it('have the trees and attributes that are expected of them', async () => {
    expect((await read('test_is_test_passed-no_tests_no_plan')).tests[0]?.tests[0]).toMatchObject({ status: 'no-tests', tests: [] })
    expect((await read('test_strip_hyphen')).tests[1]?.name).toBe('example')
    expect((await read('test_parse_attributes')).tests[0]).toMatchObject({
      attributes: { module: 'example' },
      diagnostics: ['# module: example'],
      tests: [{ attributes: { speed: 'slow' }, diagnostics: ['# test.speed: slow'] }],
    })
    expect((await read('test_kernel_panic_interrupt')).tests[2]?.tests[1]).toMatchObject({ name: '', status: 'crashed' })
    expect((await read('test_is_test_passed-failure')).tests[1]?.tests[0]).toMatchObject({ name: 'example_simple_test', status: 'fail' })
    expect((await read('test_parse_ktap_output')).tests[0]?.tests.map(({ name }) => name)).toEqual(['case_1', 'case_2', 'case_3'])
  })
})

/** The configuration next to a kernel, where the store or kbuild leaves it. */
const configOf = (path: string) =>
  readFile(join(dirname(path), '.config'), 'utf8').catch(() => readFile(join(dirname(path), '../../../.config'), 'utf8'))

const print = (...lines: readonly string[]) => ['--', 'printf', String.raw`%s\n`, ...lines]

describe('a command that prints results', () => {
  it('is fail when one is not ok and the command exited with status 0; its output stays what it was', async () => {
    const lines = ['KTAP version 1', '1..2', 'ok 1 first', '# why it is so', 'not ok 2 second']
    const junit = join(directory, 'new/results.xml')
    const { exitCode, stdout, stderr } = await kernelkit([...onImage, '--junit', junit, ...print(...lines)])
    expect(exitCode).toBe(1)
    expect(stdout).toBe(`${lines.join('\n')}\n`)
    expect(stderr).toMatch(/^not ok second\n {4}# why it is so$/m)
    expect(stderr).toMatch(/^fail: the command exited with status 0, but .* 1 failed \(second\)/m)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=fail exit=1/)
    expect(await readFile(junit, 'utf8')).toMatch(/<testcase name="second"[^>]*>\s*<failure type="fail" message="not ok">\s*# why it is so/)
  })

  it('is fail when the plan was not kept, and pass when all is well', async () => {
    const cut = await kernelkit([...onImage, '--json', ...print('TAP version 13', '1..3', 'ok 1 a')])
    expect(cut.exitCode).toBe(1)
    expect(JSON.parse(cut.stdout)).toMatchObject({
      verdict: 'fail',
      exitCode: 1,
      results: { status: 'crashed', finished: false, counts: { passed: 1, crashed: 2 } },
    })
    const good = await kernelkit([...onImage, ...print('TAP version 13', '1..1', 'ok 1 a # SKIP no device')])
    expect(good.exitCode).toBe(0)
    expect(good.stderr).toMatch(/^results: 1 test: 1 skipped$/m)
  })

  it('is judged by its status alone with --format exit, and has to print results with --format ktap', async () => {
    expect((await kernelkit([...onImage, '--format', 'exit', ...print('TAP version 13', 'not ok 1 a')])).exitCode).toBe(0)
    const { exitCode, stderr } = await kernelkit([...onImage, '--format', 'ktap', '--', 'true'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/no TAP or KTAP version line/)
  })
})

describe('KUnit', () => {
  const warning = 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2'
  // The kernel holds back who writes to its log too fast.
  const said = (...lines: readonly string[]) => [
    '--append',
    'printk.devkmsg=on',
    '--',
    'sh',
    '-c',
    lines.map((line) => `echo '${line}' > /dev/kmsg`).join('\n'),
  ]
  const suite = (result: string) =>
    said(
      'KTAP version 1',
      '1..1',
      '    KTAP version 1',
      '    # Subtest: s',
      '    1..1',
      warning,
      '---[ end trace 0 ]---',
      `    ${result} 1 a`,
      `${result} 1 s`,
    )

  for (const [result, tier] of [
    ['ok', {}],
    ['not ok', onlyFull('a guest more')],
  ] as const) {
    it(`excuses no report by what a command prints around it: ${result}`, tier, async () => {
      const { exitCode, stdout } = await kernelkit([...onImage, '--json', ...suite(result)])
      expect(exitCode).toBe(122)
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'splat', reports: [{ kind: 'warning' }], results: null })
    })
  }

  it('cannot be asked for of a kernel without it', async () => {
    const { exitCode, stderr } = await kernelkit(['run', '-k', kernel, '--kunit'])
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/CONFIG_KUNIT to run its own tests/)
    expect(lastLine(stderr)).toMatch(/verdict=config-fail/)
    // The same kernel, declared to have it: it boots, and reports nothing.
    const own = join(directory, 'kernel')
    await mkdir(own)
    await copyFile(kernel, join(own, 'bzImage'))
    await writeFile(join(own, 'config'), `${await configOf(kernel)}\nCONFIG_KUNIT=y\n`)
    const none = await kernelkit(['run', '-k', join(own, 'bzImage'), '--kunit=ext4*'])
    expect(none.exitCode).toBe(1)
    expect(none.stderr).toMatch(/^fail: KUnit: there is no TAP or KTAP version line/m)
    const both = await kernelkit(['run', '-k', kernel, '--kunit', '--', 'true'])
    expect(both.exitCode).toBe(125)
    expect(both.stderr).toMatch(/--kunit runs tests and no command, but 'true' was given/)
  })
})
