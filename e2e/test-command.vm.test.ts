import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { junitViolations } from '../packages/core/test/junit-schema.ts'
import { kernelkit, lastLine, startKernelkit, testArtifacts } from './lib/kernelkit.ts'
import { qemuPids, waitUntil } from './lib/processes.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()
let scratch = ''

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

interface TestEntry {
  readonly name: string
  readonly run?: string
  readonly [key: string]: unknown
}

/** A project directory with these tests on the test kernel and image. */
async function project(name: string, tests: readonly TestEntry[], vm: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const directory = join(scratch, name)
  await mkdir(directory)
  // JSON is YAML.
  await writeFile(join(directory, 'kernelkit.yaml'), JSON.stringify({ vm: { kernel, image, cpus: 1, memory: '512M', ...vm }, tests }))
  return directory
}

interface Answer {
  readonly verdict: string
  readonly exitCode: number
  readonly tests: readonly {
    readonly name: string
    readonly verdict: string | null
    readonly exitCode: number | null
    readonly what: string
    readonly stdout: string
    readonly artifacts: string | null
    readonly evidence: { readonly replay: string }
    readonly runs?: readonly { readonly verdict: string }[]
    readonly results: { readonly counts: { readonly failed: number } } | null
  }[]
}

async function answerOf(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Answer & { readonly stderr: string; readonly status: number | null }> {
  const { stdout, stderr, exitCode } = await kernelkit(['test', '--json', ...args], { cwd, env })
  return { ...(JSON.parse(stdout) as Answer), stderr, status: exitCode }
}

const verdicts = ({ tests }: Answer) => Object.fromEntries(tests.map(({ name, verdict }) => [name, verdict]))

describe('kernelkit test', () => {
  it('runs every test in a VM of its own, from anywhere, with one summary, one JUnit document and a directory of artifacts each', async () => {
    const directory = await project('mixed', [
      { name: 'good', run: 'pwd; echo $WORD; echo kept > $KERNELKIT_ARTIFACTS/file', env: ['WORD=own'] },
      { name: 'bad', run: String.raw`echo why; printf '::error::x\n\033]0;t\007\n'; exit 7` },
      { name: 'results', run: "printf 'TAP version 13\\n1..2\\nok 1 - a\\nnot ok 2 - b\\n'" },
      { name: 'panics', run: 'echo c > /proc/sysrq-trigger; sleep 60' },
      { name: 'known', run: "echo 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2' > /dev/kmsg", allow: 'known' },
      { name: 'late', run: 'sleep 1000', timeout: '2s' },
    ])
    await writeFile(join(directory, 'known'), 'foo\\.c:12\n')
    const answer = await answerOf([`${directory}/`, '--junit', 'all.xml', '--artifacts', 'out'], scratch, { GITHUB_ACTIONS: 'true' })
    expect(verdicts(answer)).toEqual({ good: 'pass', bad: 'fail', results: 'fail', panics: 'panic', known: 'pass', late: 'timeout' })
    expect({ status: answer.status, exitCode: answer.exitCode, verdict: answer.verdict }).toEqual({
      status: 1,
      exitCode: 1,
      verdict: 'fail',
    })
    expect(lastLine(answer.stderr)).toMatch(/^kernelkit: verdict=fail exit=1 tests=6 passed=2 failed=4 total=/)
    // In a job the runner reads it.
    expect(answer.stderr).toContain(`--- bad: the end of its stdout ---\nwhy\n> ::error::x\n${String.raw`\x1b]0;t\x07`}\n`)
    const [good, , results] = answer.tests
    expect(await readFile(good?.stdout ?? '', 'utf8')).toBe(`${directory}\nown\n`)
    expect(await readFile(join(scratch, 'out/good/file'), 'utf8')).toBe('kept\n')
    expect(await readFile(good?.evidence.replay ?? '', 'utf8')).toContain('qemu')
    expect(results?.results?.counts.failed).toBe(1)
    const xml = await readFile(join(scratch, 'all.xml'), 'utf8')
    expect(junitViolations(xml)).toEqual([])
    expect(xml).toContain('<testcase name="b" classname="results.results"')
    expect(xml).toMatch(/<testcase name="panics" classname="panics"[^>]*>\s*<error type="panic"/)
  })

  it(
    'runs two tests at once with -j2: each waits for the other',
    onlyFull('two guests more; --fail-fast has two at once below'),
    async () => {
      const meet = (own: string, other: string) => `echo here > /mnt/meet/${own}; until cat /mnt/meet/${other}; do sleep 0.2; done`
      const directory = await project(
        'meet',
        [
          { name: 'a', run: meet('a', 'b'), timeout: '5m' },
          { name: 'b', run: meet('b', 'a'), timeout: '5m' },
        ],
        { share: ['.:/mnt/meet:rw'] },
      )
      expect(verdicts(await answerOf(['-j', '2'], directory))).toEqual({ a: 'pass', b: 'pass' })
    },
  )

  it('leaves the others out after the first that does not pass with --fail-fast, and shows it in a table', async () => {
    const directory = await project('fast', [
      { name: 'one', run: 'true' },
      { name: 'two', run: 'false' },
      { name: 'three', run: 'true' },
    ])
    const { exitCode, stdout, stderr } = await kernelkit(['test', '-j1', '--fail-fast'], { cwd: directory })
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /^test +verdict +seconds +why\none +pass +[\d.]+\ntwo +fail +[\d.]+ +the command exited with status 1\.\nthree +not run +not run: another/,
    )
    expect(lastLine(stderr)).toMatch(/tests=3 passed=1 failed=1 left-out=1/)
  })

  it('with --fail-fast stops a test that runs, and does not call it failed', async () => {
    const directory = await project(
      'stopped',
      [
        { name: 'slow', run: 'touch /mnt/meet/slow; sleep 100000' },
        { name: 'bad', run: 'until [ -e /mnt/meet/slow ]; do sleep 0.1; done; false' },
      ],
      { share: ['.:/mnt/meet:rw'] },
    )
    const { exitCode, stdout, stderr } = await kernelkit(['test', '-j2', '--fail-fast'], { cwd: directory })
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^slow +not run +stopped: another test failed \(--fail-fast\)\./m)
    expect(stderr).toMatch(/^stopped slow: another test failed \(--fail-fast\) \(/m)
  })

  it('exits with status 125 when one test cannot be run, and runs the others', async () => {
    const directory = await project('way', [
      { name: 'here', run: 'true' },
      { name: 'nowhere', run: 'true', vm: { kernel: 'no/such/kernel' } },
    ])
    const answer = await answerOf([], directory)
    expect(verdicts(answer)).toEqual({ here: 'pass', nowhere: 'infra-fail' })
    expect(answer).toMatchObject({ status: 125, verdict: 'infra-fail' })
    // In the words of kernelkit.yaml.
    expect(answer.tests[1]?.what).toMatch(/^FILE_NOT_FOUND: `kernel: \S*no\/such\/kernel`: there is no such file/)
  })

  it('refuses what it does not know before anything is started', async () => {
    const directory = await project('typo', [{ name: 'smoke', run: 'true', timout: '5s' }])
    expect((await kernelkit(['test'], { cwd: directory })).stderr).toMatch(
      /'timout' is not known in tests\[0\]\.\nHint: Did you mean timeout\? Allowed: /,
    )
    const known = await project('names', [{ name: 'smoke', run: 'true' }])
    const { exitCode, stderr } = await kernelkit(['test', 'smok'], { cwd: known })
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 125, stderr: expect.stringContaining('Did you mean smoke?') })
    expect((await kernelkit(['test', '--dry-run', '-m', '1G'], { cwd: known })).stdout).toMatch(
      /# test smoke: true\n(# .*\n)+\S*qemu-system\S* .*-m 1024M/,
    )
  })

  it('ends its VMs when it is interrupted, and keeps the results of the tests that had ended', async () => {
    const running = (name: string) => ({ name, run: `touch /mnt/here/${name}; sleep 1000` })
    const tests = [{ name: 'done', run: 'true' }, { name: 'failed', run: 'exit 3' }, running('a'), running('b'), running('c')]
    const directory = await project('interrupted', tests, { share: ['./here:/mnt/here:rw'] })
    const here = join(directory, 'here')
    await mkdir(here)
    const { child, result } = startKernelkit(['test', '-j2', '--json', '--junit', 'r.xml'], { cwd: directory })
    await waitUntil('the last two tests run', async () => existsSync(join(here, 'a')) && existsSync(join(here, 'b')))
    child.kill('SIGINT')
    const { exitCode, stderr, stdout } = await result
    expect(exitCode).toBe(130)
    const answer = JSON.parse(stdout) as Answer
    expect(verdicts(answer)).toEqual({ done: 'pass', failed: 'fail', a: 'interrupted', b: 'interrupted', c: 'interrupted' })
    expect(answer).toMatchObject({ verdict: 'interrupted', exitCode: 130 })
    const xml = await readFile(join(directory, 'r.xml'), 'utf8')
    expect(junitViolations(xml)).toEqual([])
    expect(xml).toMatch(/<testcase name="done"[^>]*\/>/)
    expect(xml.match(/<error type="interrupted"/g)).toHaveLength(3)
    // It waited for its turn.
    expect(xml).toMatch(
      /<testcase name="c"[^>]* time="0(?:\.0+)?"[^>]*>\s*<error type="interrupted" message="interrupted before it began\."/,
    )
    expect(lastLine(stderr)).toMatch(/code=INTERRUPTED/)
    expect(await qemuPids(directory)).toEqual([])
  })

  it('calls a test flaky that passes when it is run again, in every output, and fails only with --fail-on-flaky', async () => {
    const tests = [
      { name: 'odd', run: 'test -e /mnt/here/mark && exit 0; touch /mnt/here/mark; echo first; exit 3' },
      { name: 'broken', run: 'exit 4' },
    ]
    const directory = await project('flaky', tests, { share: ['./here:/mnt/here:rw'] })
    await mkdir(join(directory, 'here'))
    const answer = await answerOf(['odd', '--retries', '2', '--junit', 'r.xml'], directory)
    expect(answer).toMatchObject({
      status: 0,
      verdict: 'pass',
      tests: [{ verdict: 'flaky', runs: [{ verdict: 'fail' }, { verdict: 'pass' }] }],
    })
    expect(lastLine(answer.stderr)).toMatch(/tests=1 passed=0 failed=0 flaky=1 /)
    expect(answer.stderr).toContain('--- odd: the end of its stdout ---\nfirst\n')
    const xml = await readFile(join(directory, 'r.xml'), 'utf8')
    expect(junitViolations(xml)).toEqual([])
    expect(xml).toMatch(/<testcase name="odd"[^>]*>\s*<flakyFailure type="fail" message="fail: the command exited with status 3\."/)
    await rm(join(directory, 'here/mark'))
    const { exitCode, stdout } = await kernelkit(['test', '--retries', '1', '--fail-on-flaky'], { cwd: directory })
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^odd +flaky +[\d.]+ +passed 1 of 2 runs; fail: the command exited with status 3\.$/m)
    expect(stdout).toMatch(/^broken +fail +[\d.]+ +passed 0 of 2 runs; the command exited with status 4\.$/m)
  })

  it('runs a command again and again with run --repeat, and until it fails', async () => {
    const directory = await project('repeated', [])
    await mkdir(join(directory, 'here'))
    const line = 'echo x >> /mnt/here/log; test $(wc -l < /mnt/here/log) -lt 3'
    const words = ['run', '-k', kernel, '--image', image, '-m', '512M', '-v', './here:/mnt/here:rw']
    const { exitCode, stderr } = await kernelkit([...words, '--until-fail', '--repeat', '9', '--', line], { cwd: directory })
    expect(exitCode).toBe(1)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=fail exit=1 runs=3 passed=2 failed=1 total=/)
    const refused = await kernelkit([...words, '--repeat', '2', '--keep', '--', 'true'], { cwd: directory })
    expect(refused).toMatchObject({ exitCode: 125, stderr: expect.stringContaining('--keep does not go together with --repeat') })
  })

  it('distinguishes new, known and fixed failures by a baseline, and shows what it ran in the history', async () => {
    const tests = [
      { name: 'known', run: 'exit 1' },
      { name: 'repaired', run: 'true' },
    ]
    const directory = await project('baseline', tests)
    const entry = (test: string, until = '2999-12-31') => ({ test, reason: 'a bug', until })
    const entries = [entry('known'), entry('repaired'), entry('gone')]
    await writeFile(join(directory, 'known.yaml'), entries.map((one) => `- ${JSON.stringify(one)}\n`).join(''))
    const good = await kernelkit(['test', '--baseline', 'known.yaml', '--junit', 'r.xml'], { cwd: directory })
    expect(good.exitCode).toBe(0)
    expect(good.stdout).toMatch(
      /\nknown: known: a bug \(until 2999-12-31\)\nfixed: repaired: remove known\.yaml:2\nnever met: known\.yaml:3 is about no test here: a bug\n/,
    )
    expect(await readFile(join(directory, 'r.xml'), 'utf8')).toMatch(
      /<skipped message="may fail: fail: the command exited with status 1\."/,
    )
    await writeFile(join(directory, 'known.yaml'), JSON.stringify([entry('known', '2020-01-01')]))
    const bad = await kernelkit(['test', '--cell', 'known', '--baseline', 'known.yaml'], { cwd: directory })
    expect(bad.exitCode).toBe(1)
    expect(bad.stdout).toMatch(/\nnew: known\nexpired: known\.yaml:1 counted until 2020-01-01: a bug\n/)
    const { stdout } = await kernelkit(['history', '--json'], { cwd: directory })
    expect(JSON.parse(stdout)).toMatchObject({
      tests: [
        { test: 'known', passed: 0, runs: 2 },
        { test: 'repaired', passed: 1, runs: 1 },
      ],
    })
  })
})
