import { junitViolations } from '../../../../core/test/junit-schema.ts'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { givenOptions } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { nodeHost } from '@kernelkit/host'
import { describe, expect, it } from 'vitest'
import type { VmPlan } from '../../resolve/plan-vm.ts'
import type { ExecOptions, QemuExit, Vm, VmEvent } from '../../vm.ts'
import { outcomeJunit } from './outcome-junit.ts'
import { seenStream } from './seen-stream.ts'
import { renderParagraph } from './render-outcome.ts'
import { resultStream } from './result-stream.ts'
import { runCommand } from './run-command.ts'
import { superviseVm } from '../supervise-vm.ts'
import { vmOf } from '../../../test/vm.ts'

const ready: VmEvent = { type: 'ready', release: '6.12', atMs: 1 }
const kernel = (...lines: readonly string[]): readonly VmEvent[] =>
  lines.map((line) => ({ type: 'console', line: `[    1.000000] ${line}`, atMs: 1 }))

interface Played {
  readonly events?: readonly VmEvent[]
  /** What comes once the command runs. */
  readonly during?: readonly VmEvent[]
  readonly output?: string
  /** Of the kernel when the command ends. */
  readonly tainted?: number
  /** It runs in a process of its own: who lets go of it does not end it. */
  readonly kept?: boolean
}

/** A VM that emits these events; its command writes this and exits with status 0. */
function fakeVm({ events = [ready], during = [], output = '', tainted = 0, kept = false }: Played): Vm {
  const stopped = Promise.withResolvers<QemuExit>()
  const started = Promise.withResolvers<void>()
  async function* stream(): AsyncGenerator<VmEvent> {
    yield* events
    if (during.length > 0) await started.promise
    yield* during
    // What a guest prints on its console at the end of a command, and after the stacks that were asked for.
    yield* kernel('kernelkit: command ended with 0', 'sysrq: HELP : loglevel(0-9)')
    if (!events.some(({ type }) => type === 'exited')) yield { type: 'exited', exit: await stopped.promise, atMs: 2 }
  }
  const stop = async () => {
    const exit = { exitCode: undefined, signal: 'SIGKILL', stderr: '' }
    stopped.resolve(exit)
    return exit
  }
  const exec = ({ stdout }: ExecOptions) => {
    started.resolve()
    const written = new Promise<void>((resolve) => stdout?.write(Buffer.from(output), () => resolve()))
    const ended = { exitCode: 0, signal: undefined, stdoutBytes: output.length, stderrBytes: 0, seconds: 0, tainted, artifacts: false }
    return { result: written.then(() => ended), kill: () => {}, heard: () => Promise.resolve(), resize: () => {} }
  }
  const vm = { events: stream(), exec, stop, exited: stopped.promise }
  return vmOf(kept ? { ...vm, [Symbol.asyncDispose]: async () => {} } : vm)
}

async function run(raw: Readonly<Record<string, unknown>>, played: Played) {
  // As much of a plan as running a command asks for.
  const part = {
    vm: { ...parseVmSpec(givenOptions(raw), { command: 'run' }), reader: { door: 'command' } },
    accel: { accel: 'tcg' },
    kernel: {},
    root: { kind: 'host' },
    shares: { cwd: '/' },
    launch: { machine: 'microvm', drives: [], agent: true },
  }
  const stdout = new PassThrough()
  const seen = text(stdout)
  const host = nodeHost()
  const plan = part as unknown as VmPlan
  const streams = { stdin: undefined, stdout, stderr: new PassThrough(), tty: undefined }
  const { outcome } = await superviseVm(
    { host, plan, evidenceDirectory: '/nowhere', start: async () => fakeVm(played), allowed: [], signal: new AbortController().signal },
    runCommand(host, plan, { ...streams, argv: ['x'], env: {}, evidenceDirectory: '/nowhere' }),
  )
  stdout.end()
  return { outcome, verdict: outcome.judgement.verdict, stdout: await seen }
}

const silent = { stdout: { text: '', omitted: 0 }, stderr: { text: '', omitted: 0 } }
const notOk = 'TAP version 13\n1..2\nok 1 a\nnot ok 2 b\n'

describe('results on stdout', () => {
  it.each([
    [{}, notOk, 'fail'],
    [{}, 'TAP version 13\n1..2\nok 1 a\n', 'fail'],
    [{}, '1..1\nnot ok 1 a\n', 'pass'],
    [{ format: 'tap' }, '1..1\nnot ok 1 a\n', 'fail'],
    [{ format: 'exit' }, notOk, 'pass'],
    [{ format: 'ktap' }, 'nothing\n', 'fail'],
    [{}, 'nothing\n', 'pass'],
    [{}, 'KTAP version 1\n1..1\nok 1 a', 'pass'],
  ])('%j %j: %s', async (raw, output, verdict) => {
    const result = await run(raw, { output })
    expect(result).toMatchObject({ verdict, stdout: output })
  })

  it('are absent when stdout is not a result stream', async () => {
    expect((await run({}, { output: 'ok 1 a\n' })).outcome.results).toBeUndefined()
    expect((await run({}, { output: notOk })).outcome.results?.counts).toMatchObject({ passed: 1, failed: 1 })
  })

  it('end with an error when their reader leaves', async () => {
    const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    gone.on('error', () => {})
    const stream = resultStream({ format: 'auto', to: gone, monotonicMs: () => 0 })
    const failed = new Promise((resolve) => stream.stdout.once('error', resolve))
    stream.stdout.write('TAP version 13\n')
    await failed
    expect(stream.stdout.destroyed).toBe(true)
  })

  it('are red in their own place in JUnit XML, the run itself when it is to blame', async () => {
    const byResult = await outcomeJunit({ outcome: (await run({}, { output: notOk })).outcome, ends: silent, title: 'sh  -c\nx' })
    expect(byResult).toContain('<testsuites name="sh -c x" tests="3" failures="1" errors="0"')
    const noStream = await outcomeJunit({ outcome: (await run({ format: 'tap' }, {})).outcome, ends: silent, title: 'x' })
    expect(noStream).toMatch(
      /<testsuites name="x" tests="1" failures="1"[^]*type="fail" message="fail: the command exited with status 0, but/,
    )
  })
})

describe('a command that failed, in JUnit XML', () => {
  const ends = {
    stdout: { text: 'compiling\n', omitted: 0 },
    stderr: { text: '\u001b[31merror: <boom> & ]]>\u001b[0m\r\n', omitted: 9000 },
  }
  const failed = async (during: readonly VmEvent[]) => (await run({ format: 'tap' }, { during })).outcome
  const bodyOf = (xml: string) => /<failure[^>]*>([^]*?)<\/failure>/.exec(xml)?.[1] ?? ''

  it('shows what it printed last first, and not a console on which the kernel reported nothing', async () => {
    const xml = await outcomeJunit({ outcome: await failed(kernel('systemd[1]: noise')), ends, title: 'x' })
    expect(junitViolations(xml)).toEqual([])
    expect(bodyOf(xml)).toMatch(
      /^\nthe command exited with status 0, but [^\n]*\n\nits stderr:\n… 9000 bytes before this\nerror: &lt;boom&gt; &amp; \]\]&gt;\n\nits stdout:\ncompiling\n/,
    )
    expect(bodyOf(xml)).not.toMatch(/noise|lines of the console/)
    expect(xml).toMatch(/<system-out>compiling<\/system-out>\s*<system-err>… 9000 bytes before this\nerror: [^]*<\/system-err>/)
  })

  it('shows the console after it where the kernel reported something', async () => {
    const during = kernel('WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2')
    const body = bodyOf(await outcomeJunit({ outcome: await failed(during), ends, title: 'x' }))
    expect(body).toMatch(/its stderr:[^]*report: WARNING in foo[^]*lines of the console:\n[^]*foo\.c:12/)
  })

  it('keeps whole lines of the end of a long stream', async () => {
    const to = new PassThrough()
    to.resume()
    const { stream, finish } = seenStream(to)
    for (let i = 0; i < 10_000; i++) await new Promise<void>((resolve) => stream.write(`line ${i}\n`, () => resolve()))
    const { text: last, omitted } = finish()
    expect(last).toMatch(/^line \d+\n[^]*line 9999\n$/)
    expect(last.length).toBeLessThanOrEqual(16_384)
    expect(omitted + last.length).toBe(Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join('').length)
  })
})

const suite = (result: string) =>
  kernel('KTAP version 1', '1..1', '    KTAP version 1', '    # Subtest: s', '    1..1', `    ${result} 1 a`, `${result} 1 s`)

describe('what a guest cannot make green', () => {
  const warning = ['WARNING: CPU: 0 PID: 1 at fs/x.c:1 foo+0x1/0x2', '---[ end trace 0 ]---']
  const tested = kernel('KTAP version 1', '1..1', '    KTAP version 1', '    # Subtest: s', '    1..1', ...warning, '    ok 1 a', 'ok 1 s')

  it('is a warning between lines of KTAP that a program wrote to /dev/kmsg', async () => {
    expect((await run({}, { events: [...tested, ready] })).verdict).toBe('pass')
    expect((await run({}, { during: tested })).verdict).toBe('splat')
    // The stream began before the command, and the command continues it.
    expect((await run({}, { events: [...tested.slice(0, 5), ready], during: tested.slice(5) })).verdict).toBe('splat')
    expect((await run({ kunit: true }, { events: [...tested, ready] })).verdict).toBe('pass')
  })

  it('is a taint, by a report that does not count or does not leave it', async () => {
    const crash = kernel('cat[12]: segfault at 0 ip 0 sp 0 error 4 in cat[1+1]')
    const [W, L] = [1 << 9, 1 << 14]
    expect((await run({}, { during: crash })).verdict).toBe('pass')
    expect((await run({}, { during: crash, tainted: W })).outcome.judgement).toMatchObject({
      verdict: 'splat',
      what: expect.stringContaining('a warning (W)'),
    })
    const isAllowed = { failOn: 'soft-lockup' }
    expect((await run(isAllowed, { during: kernel(...warning), tainted: W })).verdict).toBe('pass')
    expect((await run(isAllowed, { during: kernel(...warning), tainted: W | L })).verdict).toBe('splat')
  })
})

describe('--kunit', () => {
  it.each<[string, readonly VmEvent[], string]>([
    ['passes', [...suite('ok'), ready], 'pass'],
    ['fails', [...suite('not ok'), ready], 'fail'],
    ['has no tests', [ready], 'fail'],
    ['panics in the middle', kernel('KTAP version 1', '1..2', 'ok 1 a', 'Kernel panic - not syncing: boom'), 'panic'],
    [
      'leaves in the middle',
      [...kernel('KTAP version 1', '1..2', 'ok 1 a'), { type: 'exited', exit: { exitCode: 0, signal: undefined, stderr: '' }, atMs: 1 }],
      'vm-lost',
    ],
  ])('%s', async (_title, events, verdict) => {
    const result = await run({ kunit: true }, { events })
    expect(result.verdict).toBe(verdict)
  })

  it('counts --timeout from the first line of KTAP, --boot-timeout up to it', async () => {
    const begun = kernel('KTAP version 1', '1..2', 'ok 1 a')
    const late = await run({ kunit: true, timeout: '20ms' }, { events: begun })
    expect(late).toMatchObject({ verdict: 'timeout', outcome: { results: { counts: { passed: 1, crashed: 1 } } } })
    expect((await run({ kunit: true, bootTimeout: '20ms' }, { events: kernel('Linux version 6.12') })).verdict).toBe('boot-fail')
  })
})

describe('a VM that was to be kept', () => {
  const paths = { console: '/console', stdout: undefined, stderr: undefined, artifacts: undefined }
  it.each<[string, readonly VmEvent[], boolean]>([
    ['is named when it runs', [ready], true],
    ['is not named when it could not be prepared and was ended', [{ type: 'agent-failed', message: 'no root', atMs: 1 }], false],
  ])('%s', async (_title, events, isNamed) => {
    const { outcome } = await run({ keep: true }, { events, kept: true })
    const lines = renderParagraph({ outcome, paths, tail: false, keptName: 'debug' })
    expect(lines.some((line) => line.includes("the VM 'debug' is still running"))).toBe(isNamed)
  })

  it('says what can be done when its guest panicked, whether it is still there or not', async () => {
    const panic = kernel('Kernel panic - not syncing: boom')
    const said = async (events: readonly VmEvent[]) => {
      const { outcome } = await run({ keep: true }, { events, kept: true })
      return renderParagraph({ outcome, paths, tail: false, keptName: 'debug' }).at(-1)
    }
    expect(await said(panic)).toMatch(/^the VM 'debug' is still there, .* kernelkit gdb debug,/)
    const exit = { exitCode: 0, signal: undefined, stderr: '' } as const
    expect(await said([...panic, { type: 'exited', exit, atMs: 1 }])).toMatch(/^the VM 'debug' ended with its guest: --append panic=0/)
  })
})
