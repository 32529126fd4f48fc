import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, store } = testArtifacts()
let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kernelkit-kselftest-'))
})
afterAll(() => rm(cwd, { recursive: true }))

interface Result {
  readonly name: string
  readonly status: string
  readonly reason?: string
}

interface Tested {
  readonly verdict: string
  readonly tests: readonly {
    readonly name: string
    readonly verdict: string
    readonly results: { readonly tests: readonly Result[] } | null
  }[]
}

const outline = (tests: readonly Result[] = []) => tests.map(({ name, status }) => [name, status])

describe('kernelkit test --kselftest', () => {
  it('builds suites from the tree of the kernel and has the results that run_kselftest.sh prints, without a kernelkit.yaml', async () => {
    const options = ['-k', kernel, '--root', 'host', '--timeout', '10m', '--json', '--evidence', 'evidence']
    const { stdout, stderr } = await kernelkit(['test', ...options, '--kselftest', 'size sync'], { cwd, timeoutMs: 20 * 60_000 })
    const { verdict, tests } = JSON.parse(stdout) as Tested
    const results = outline(tests[0]?.results?.tests)
    expect(results).toEqual([
      ['selftests: size: get_size', 'pass'],
      ['selftests: sync: sync_test', 'skip'],
    ])
    const printed = await readFile(join(cwd, 'evidence/kselftest/stdout'), 'utf8')
    const lines = [...printed.matchAll(/^(not ok|ok) \d+ (selftests: \S+ \S+)(.*)$/gm)]
    expect(lines.map(([, ok, name, rest]) => [name, ok === 'ok' ? (/# SKIP/.test(rest ?? '') ? 'skip' : 'pass') : 'fail'])).toEqual(results)
    expect([verdict, tests.map(({ name }) => name)]).toEqual(['pass', ['kselftest']])
    expect(stderr).toContain('tests: 1 of the command line, ')
    // Said before the boot, with what to do.
    expect(stderr).toMatch(/kselftest sync wants .*SW_SYNC, which this kernel lacks .*--config SW_SYNC=y[^]*build kselftest size sync/)
  })

  it('refuses a suite that the tree does not have, with the nearest name, and a kernel without a tree', async () => {
    const unknown = await kernelkit(['run', '-k', kernel, '--kselftest', 'sise'], { cwd })
    expect(unknown.stderr).toMatch(/NO_SUCH_SUITE: .*'sise'.*\n.*Did you mean size\?/)
    const treeless = await kernelkit(['run', '-k', 'debian:12/cloud', '--kselftest', 'size'], { cwd })
    expect(treeless.stderr).toContain('NO_KSELFTEST')
    expect([unknown.exitCode, treeless.exitCode]).toEqual([125, 125])
    const asTest = await kernelkit(['test', '-k', 'debian:12/cloud', '--root', 'host', '--kselftest', 'size'], { cwd })
    expect([asTest.stderr, asTest.exitCode]).toEqual([expect.stringMatching(/NO_KSELFTEST|infra-fail: --kselftest: the source of/), 125])
  })

  it(
    'names the programs that the root of the guest lacks before it boots, and compiles nothing that the first run has compiled',
    onlyFull('a guest more'),
    async () => {
      const root = join(cwd, 'root')
      for (const name of ['usr/bin', 'bin', 'sbin', 'usr/sbin', 'usr/local/bin', 'usr/local/sbin'])
        await mkdir(join(root, name), { recursive: true })
      for (const name of ['sh', 'timeout']) await writeFile(join(root, 'bin', name), '', { mode: 0o755 })
      const compiled = await programsOf('size')
      expect(compiled).not.toEqual([])
      const { stderr } = await kernelkit(['run', '-k', kernel, '--root', root, '--kselftest', 'size', '--boot-timeout', '60s'], { cwd })
      expect(stderr).toContain('kselftest size wants the program perl, which the root lacks (apt-get install perl)')
      expect(stderr).not.toContain('wants the program timeout')
      expect(stderr).toContain('build kselftest size')
      expect(await programsOf('size')).toEqual(compiled)
    },
  )
})

describe('suites in a directory of this host', () => {
  it('run as tests of kernelkit.yaml: LTP by exit statuses, whatever its tests do, xfstests on two disks of its own', async () => {
    const [ltp, xfstests] = [join(cwd, 'ltp'), join(cwd, 'xfstests')]
    await mkdir(join(ltp, 'runtest'), { recursive: true })
    await mkdir(join(ltp, 'testcases/bin'), { recursive: true })
    await mkdir(xfstests)
    const lines = ['# comment', 'pass01 conf 0', 'conf01 conf 32', '', "fail01 sh -c 'echo ok 1 forged; exit 1'", 'none01 no-such-program']
    await writeFile(join(ltp, 'runtest/mini'), `${lines.join('\n')}\n`)
    const rude = [
      // A name that another file has, too.
      'pass01 conf 1',
      // The agent is the guest's first process.
      "agent01 sh -c 'kill -9 1; kill -STOP 1; exit 32'",
      "killed01 sh -c 'kill -9 $$'",
      'fill01 dd if=/dev/zero of=/tmp/fill bs=1M',
      "after01 sh -c 'echo x >/tmp/more || conf 32'",
    ]
    await writeFile(join(ltp, 'runtest/rude'), `${rude.join('\n')}\n`)
    await script(join(ltp, 'testcases/bin/conf'), 'cat; echo "conf.c:9: TCONF: no such device # here"; exit $1')
    // The output of xfstests' check, with what the suite was given.
    await script(
      join(xfstests, 'check'),
      [
        'echo "FSTYP         -- $FSTYP"',
        'mount "$TEST_DEV" "$TEST_DIR" && echo "generic/001        4s"',
        'echo "generic/002       [not run] $(blockdev --getsize64 "$SCRATCH_DEV") bytes, $*"',
        'echo "generic/003        - output mismatch (see $RESULT_BASE/generic/003.out.bad)"',
        'echo "Failed 1 of 3 tests"',
        'exit 1',
      ].join('\n'),
    )
    const tests = [
      { name: 'ltp', ltp: 'mini rude', 'suite-dir': 'ltp' },
      { name: 'fs', xfstests: 'generic/quick generic/001', 'suite-dir': 'xfstests' },
    ]
    await writeFile(join(cwd, 'kernelkit.yaml'), JSON.stringify({ vm: { kernel, root: 'host', memory: '512M' }, tests }))
    const { stdout, exitCode } = await kernelkit(['test', '--json'], { cwd, timeoutMs: 10 * 60_000 })
    const [first, second] = (JSON.parse(stdout) as Tested).tests
    expect(outline(first?.results?.tests)).toEqual([
      ['pass01', 'pass'],
      ['conf01', 'skip'],
      ['fail01', 'fail'],
      ['none01', 'fail'],
      ['pass01', 'fail'],
      ['agent01', 'skip'],
      ['killed01', 'fail'],
      ['fill01', 'fail'],
      ['after01', 'skip'],
    ])
    const reasons = first?.results?.tests.map(({ reason }) => reason) ?? []
    expect([reasons[1], reasons[6], reasons[8]]).toEqual(['no such device  here', 'exit=137', 'no such device  here'])
    expect(outline(second?.results?.tests)).toEqual([
      ['generic/001', 'pass'],
      ['generic/002', 'skip'],
      ['generic/003', 'fail'],
    ])
    expect(second?.results?.tests[1]?.reason).toBe('10737418240 bytes, -g generic/quick generic/001')
    expect([first?.verdict, second?.verdict, exitCode]).toEqual(['fail', 'fail', 1])
  })

  it.each([
    [['--ltp', 'sysalls', '--suite-dir', 'ltp'], /NO_SUCH_SUITE: --ltp 'sysalls': .*\n.*mini/],
    [['--xfstests', 'quick', '--suite-dir', 'ltp'], /NO_SUITE: .*there is no check of xfstests/],
    [['--blktests', 'loop'], /BAD_OPTION: --blktests runs tests.*\n.*--blktests=loop/],
    [['--blktests=loop'], /NO_SUITE: --blktests: the root has none in \/opt\/blktests/],
    [['--ltp', 'a; reboot'], /BAD_OPTION: --ltp 'a; reboot'/],
    [['--suite-dir', 'ltp'], /BAD_OPTION: --suite-dir 'ltp'/],
    [['--ltp', 'mini', '--xfstests', 'quick'], /BAD_OPTION: --xfstests 'quick' does not go together with --ltp, which is another suite/],
    [['--xfstests', 'quick', '--persist'], /BAD_OPTION: --persist does not go together with --xfstests/],
  ])('refuse %j before anything boots', async (words, expected) => {
    const { stderr, exitCode } = await kernelkit(['run', '-k', kernel, '--root', 'host', ...words], { cwd })
    expect([stderr, exitCode]).toEqual([expect.stringMatching(expected), 125])
  })
})

/** The compiled programs of a suite in the store, with the time at which each was made. */
async function programsOf(suite: string): Promise<readonly string[]> {
  const builds = join(store, 'kselftest')
  const made = (await readdir(builds)).map(async (tree) => {
    const directory = join(builds, tree, 'kselftest', suite)
    const names = await readdir(directory).catch(() => [])
    return Promise.all(
      names.map(async (name) => {
        const { mtimeNs } = await stat(join(directory, name), { bigint: true })
        return `${tree}/${name} ${mtimeNs}`
      }),
    )
  })
  return (await Promise.all(made)).flat().toSorted()
}

async function script(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${text}\n`)
  await chmod(path, 0o755)
}
