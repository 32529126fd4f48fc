import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildToyVmlinux, listCalls } from '../packages/host/test/toy-vmlinux.ts'
import { kernelkit, shell } from './lib/kernelkit.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-report-'))
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const splat = file(
  'splat.log',
  'hello\n[    1.0] WARNING: CPU: 0 PID: 77 at drivers/frob/main.c:9 frob_check+0x2f/0x60\n[    1.0] Call Trace:\n[    1.0]  frob_ioctl+0x1/0x2\n',
)
const clean = file('clean.log', '[    0.0] hello\n')
const crash = file('crash.log', '[    1.0] cat[99]: segfault at 0 ip 0000000000401136 sp 00007ffe error 6 in cat[401000+1000]\n')
const empty = file('empty.log', '')

describe('kernelkit report', () => {
  it('prints title, place and trace, and exits with status 0', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['report', splat])
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `${splat}:2: WARNING in frob_check\n  warning, drivers/frob/main.c:9, lines 2 to 4\n    frob_ioctl+0x1\n\n`,
    })
    expect(stderr).toContain('1 kernel report in 4 lines')
  })

  it('prints one document per log and line, in the order given', async () => {
    const { exitCode, stdout } = await kernelkit(['report', '--json', clean, splat])
    const documents = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(exitCode).toBe(0)
    expect(documents).toMatchObject([
      { file: clean, reports: [], lines: 1 },
      { file: splat, reports: [{ kind: 'warning', function: 'frob_check', source: 'drivers/frob/main.c', line: 9, process: null }] },
    ])
  })

  it('lists crashes of programs only when asked', async () => {
    const [without, withAll] = await Promise.all([kernelkit(['report', '--json', crash]), kernelkit(['report', '--json', '--all', crash])])
    expect(JSON.parse(without.stdout)).toMatchObject({ reports: [], userspaceCrashes: 1 })
    expect(JSON.parse(withAll.stdout)).toMatchObject({ reports: [{ kind: 'userspace-crash', process: 'cat' }] })
  })

  it('names who looks after the blamed file when it has the tree', async () => {
    const tree = join(directory, 'owned')
    mkdirSync(tree)
    writeFileSync(join(tree, 'MAINTAINERS'), 'FROB DRIVER\nM:\tAnn Frob <ann@frob.org>\nF:\tdrivers/frob/\n')
    const { stdout } = await kernelkit(['report', '--source', tree, splat])
    expect(stdout).toContain('\n  FROB DRIVER: Ann Frob <ann@frob.org>\n')
    const { stdout: json } = await kernelkit(['report', '--json', '--source', tree, splat])
    expect(JSON.parse(json)).toMatchObject({ reports: [{ subsystem: 'FROB DRIVER', maintainers: ['Ann Frob <ann@frob.org>'] }] })
  })

  it('writes what is expected of a log once, and compares with it afterwards', async () => {
    const expected = join(directory, 'expected')
    const first = await kernelkit(['report', '--expect', expected, splat])
    expect(first).toMatchObject({ exitCode: 0, stdout: '' })
    expect(readFileSync(expected, 'utf8')).toBe('2-4 warning frob_check drivers/frob/main.c:9 by -\nWARNING in frob_check\n  frob_ioctl\n')
    expect(await kernelkit(['report', '--expect', expected, splat])).toMatchObject({ exitCode: 0, stdout: '' })
    const other = await kernelkit(['report', '--expect', expected, clean])
    expect(other).toMatchObject({
      exitCode: 1,
      stdout: '- 2-4 warning frob_check drivers/frob/main.c:9 by -\n- WARNING in frob_check\n-   frob_ioctl\n',
    })
  })

  it('says where the expected reports cannot be', async () => {
    for (const [place, said] of [
      [directory, `--expect ${directory} is a directory.`],
      [join(directory, 'none', 'expected'), `there is no directory ${join(directory, 'none')}.`],
    ] as const) {
      const { exitCode, stderr } = await kernelkit(['report', '--expect', place, splat])
      expect(exitCode).toBe(125)
      expect(stderr).toContain(said)
    }
  })

  it.each([
    [['--fail-on', 'warning,kasan'], 1],
    [['--fail-on', 'kasan'], 0],
    [['--fail-on', 'userspace-crash'], 1],
  ])('exits with the status that a bisection needs with %j', async (words, status) => {
    const { exitCode, stdout } = await kernelkit(['report', ...words, clean, splat, crash])
    expect(exitCode).toBe(status)
    expect(stdout).toContain('WARNING in frob_check')
  })

  it('is skipped by a bisection when a log cannot be read, whatever the others hold', async () => {
    expect((await kernelkit(['report', '--fail-on', 'warning', empty, splat])).exitCode).toBe(125)
  })

  it('reads stdin', async () => {
    const { stdout } = await shell(`cat ${splat} | kernelkit report --json -`)
    expect(JSON.parse(stdout)).toMatchObject({ file: '-', reports: [{ kind: 'warning' }] })
  })

  it.each([
    [[empty], /^EMPTY_LOG: .*empty\.log is empty/],
    [[process.execPath], /^BINARY_LOG: /],
    [[join(directory, 'none.log')], /^FILE_NOT_FOUND: .*none\.log cannot be read/],
    [[directory], /^FILE_NOT_FOUND: .*EISDIR/],
    [['--source', join(directory, 'none'), splat], /^NO_SUCH_SOURCE: --source .* does not exist/],
    [['--map-path', '/build', splat], /^BAD_OPTION: --map-path '\/build' is not allowed here; it takes FROM=TO/],
  ])('explains %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await kernelkit(['report', ...args])
    expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('reads the other logs when one cannot be read', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['report', '--json', empty, splat])
    expect(exitCode).toBe(125)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toMatchObject([
      { file: empty, reports: [], error: { code: 'EMPTY_LOG' } },
      { file: splat, reports: [{ kind: 'warning' }] },
    ])
    expect(stderr).toContain('EMPTY_LOG')
  })
})

describe('kernelkit report --vmlinux', () => {
  const vmlinux = buildToyVmlinux(directory)
  const frames = [
    ['helper', 'oops_here'],
    ['frob_ioctl', 'helper'],
  ].map(([caller, callee]) => listCalls(vmlinux).find((call) => call.caller === caller && call.callee === callee)?.frame ?? '')
  const lockup = ['watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [cat:77]', 'Call Trace:', ...frames.map((frame) => ` ${frame}`)]
  // Cut in the middle of a line.
  const cut = file('cut.log', lockup.join('\n').slice(0, -3))

  it('shows lines, marks inlined calls and blames again', async () => {
    const log = file('lockup.log', `${lockup.join('\n')}\n`)
    const { exitCode, stdout, stderr } = await kernelkit(['report', '--vmlinux', vmlinux, log])
    expect({ exitCode, warnings: stderr.includes('warning') }).toEqual({ exitCode: 0, warnings: false })
    const [inner = '', outer = ''] = frames.map((frame) => frame.replace(/\/.*/, ''))
    expect(stdout.split('\n')).toEqual([
      `${log}:1: soft lockup in frob_check`,
      '  soft-lockup, drivers/frob/frob.h:5, task cat, lines 1 to 4',
      '    frob_check (drivers/frob/frob.h:5) [inlined]',
      `    ${inner} (drivers/frob/main.c:5)`,
      `    ${outer} (drivers/frob/main.c:11)`,
      '',
      '',
    ])
  })

  it('decodes what a cut log contains', async () => {
    const { exitCode, stdout } = await kernelkit(['report', '--json', '--vmlinux', vmlinux, cut])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      reports: [
        {
          function: 'frob_check',
          source: 'drivers/frob/frob.h',
          line: 5,
          trace: [{ inlined: true }, { function: 'helper', line: 5 }, { function: 'frob_ioctl', line: 11 }],
        },
      ],
      problems: [],
    })
  })

  it.each([
    ['VMLINUX_MISSING', join(directory, 'none')],
    ['NOT_A_VMLINUX', splat],
  ])('says %s once and shows the reports without lines', async (code, path) => {
    const { exitCode, stdout, stderr } = await kernelkit(['report', '--json', '--vmlinux', path, cut])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ reports: [{ function: 'helper', source: null }], problems: [{ code }] })
    expect(stderr.split(code).length - 1).toBe(1)
  })

  it('maps the paths that are in a log itself, without a vmlinux too', async () => {
    const log = file('built.log', `WARNING: CPU: 0 PID: 1 at ${directory}/drivers/a.c:9 frob+0x1/0x20\nCall Trace:\n bar+0x1/0x20\n`)
    const bySource = await kernelkit(['report', '--json', '--source', directory, log])
    const byMap = await kernelkit(['report', '--json', '--map-path', `${directory}/drivers=ours`, log])
    expect([bySource, byMap].map(({ stdout }) => JSON.parse(stdout))).toMatchObject([
      { reports: [{ source: 'drivers/a.c' }] },
      { reports: [{ source: 'ours/a.c' }] },
    ])
  })
})
