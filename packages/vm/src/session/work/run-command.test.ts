import { PassThrough } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'
import { givenOptions } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { nodeHost } from '@kernelkit/host'
import { describe, expect, it } from 'vitest'
import { attachTerminal } from '../../terminal/attach-terminal.ts'
import type { VmPlan } from '../../resolve/plan-vm.ts'
import type { ExecResult, QemuExit, Vm, VmEvent } from '../../vm.ts'
import { runCommand } from './run-command.ts'
import { superviseVm } from '../supervise-vm.ts'

const killed: QemuExit = { exitCode: undefined, signal: 'SIGKILL', stderr: '' }
const answered: ExecResult = { exitCode: 0, signal: undefined, stdoutBytes: 0, stderrBytes: 0, seconds: 0, tainted: 0, artifacts: false }
const ready: VmEvent = { type: 'ready', release: '6.12', atMs: 1 }
const line = (text: string): VmEvent => ({ type: 'console', line: text, atMs: 1 })

/** A VM that emits these events and whose command never ends; it answers when stacks are asked for, and is killed when it is stopped. */
function fakeVm(events: readonly VmEvent[], exitCode?: number, late: readonly VmEvent[] = []): Vm {
  const stopped = Promise.withResolvers<QemuExit>()
  const asked = Promise.withResolvers<'dumps'>()
  async function* stream(): AsyncGenerator<VmEvent> {
    yield* events
    if (late.length > 0 && (await Promise.race([onItsWay(), stopped.promise])) === 'arrived') yield* late
    if ((await Promise.race([asked.promise, stopped.promise])) === 'dumps') yield line('sysrq: HELP : loglevel(0-9)')
    // QEMU ends once.
    if ([...events, ...late].every(({ type }) => type !== 'exited')) yield { type: 'exited', exit: await stopped.promise, atMs: 2 }
  }
  const stop = async () => {
    stopped.resolve(killed)
    return killed
  }
  return {
    id: 'x',
    name: 'x',
    events: stream(),
    exec: () => ({
      result: exitCode === undefined ? new Promise(() => {}) : Promise.resolve({ ...answered, exitCode }),
      kill: () => {},
      heard: () => Promise.resolve(),
      resize: () => {},
    }),
    terminal: undefined,
    console: new PassThrough(),
    consoleWritten: async () => {},
    qmp: async () => asked.resolve('dumps'),
    dump: () => asked.resolve('dumps'),
    stop,
    exited: stopped.promise,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

const onItsWay = async (): Promise<'arrived'> => {
  await common.host.sleep(100)
  return 'arrived'
}

/** As much of a plan as ending a VM asks for. */
function planOf(command: 'boot' | 'run', raw: Readonly<Record<string, unknown>> = {}): VmPlan {
  const part = {
    vm: { ...parseVmSpec(givenOptions(raw), { command }), reader: { door: 'command' } },
    accel: { accel: 'tcg' },
    kernel: {},
    root: { kind: 'host' },
    shares: { cwd: '/' },
    launch: { machine: 'microvm', drives: [], agent: true },
    agentFirst: false,
  }
  return part as unknown as VmPlan
}

const common = { host: nodeHost(), evidenceDirectory: '/nowhere', allowed: [], signal: new AbortController().signal }

async function run(events: readonly VmEvent[], raw: Readonly<Record<string, unknown>> = {}, exitCode?: number, late?: readonly VmEvent[]) {
  const streams = { stdin: undefined, stdout: new PassThrough(), stderr: new PassThrough(), tty: undefined }
  const plan = planOf('run', raw)
  const work = runCommand(common.host, plan, { ...streams, argv: ['true'], env: {}, evidenceDirectory: '/nowhere' })
  const { outcome } = await superviseVm({ ...common, plan, start: async () => fakeVm(events, exitCode, late) }, work)
  return outcome.judgement.verdict
}

async function boot(events: readonly VmEvent[]) {
  const work = attachTerminal({ keys: undefined, output: new PassThrough(), terminal: undefined })
  const { outcome } = await superviseVm({ ...common, plan: planOf('boot'), start: async () => fakeVm(events) }, work)
  return outcome.judgement.verdict
}

describe('a VM that we end ourselves is judged by why', () => {
  it.each<[string, readonly VmEvent[], Readonly<Record<string, unknown>>, string]>([
    ['hang', [ready, { type: 'agent-silent', silentMs: 100_000, atMs: 1 }], {}, 'hang'],
    ['timeout', [ready], { timeout: '10ms' }, 'timeout'],
    ['boot-fail', [line('Linux version 6.12 x')], { bootTimeout: '10ms' }, 'boot-fail'],
    ['boot-fail', [{ type: 'agent-failed', message: 'no root', atMs: 1 }], {}, 'boot-fail'],
    ['vm-lost', [ready, line('reboot: System halted')], {}, 'vm-lost'],
    ['vm-lost', [ready, { type: 'exited', exit: killed, atMs: 1 }], {}, 'vm-lost'],
  ])('run: %s', async (_title, events, raw, verdict) => {
    expect(await run(events, raw)).toBe(verdict)
  })

  it.each(['timeout', 'bootTimeout'])('run: a %s of 600 hours or 30 days does not end a command that needs a moment', async (name) => {
    for (const limit of ['600h', '30d']) {
      const waiting = name === 'timeout' ? [ready] : []
      const late = [...(name === 'timeout' ? [] : [ready]), { type: 'exited', exit: killed, atMs: 1 } as const]
      expect(await run(waiting, { [name]: limit }, undefined, late)).toBe('vm-lost')
    }
  })

  it('run: when this host cannot keep the log, or the disk of the guest, that is the error and not a verdict of the guest', async () => {
    const message = 'no space is left at /full/console.log.'
    await expect(run([ready, { type: 'host-failed', code: 'DISK_FULL', message, hint: undefined, atMs: 1 }])).rejects.toMatchObject({
      code: 'DISK_FULL',
      message,
    })
    const block = { type: 'qmp', event: 'BLOCK_IO_ERROR', data: { device: 'disk0', nospace: true, action: 'stop' }, atMs: 1 } as const
    await expect(run([ready, block])).rejects.toMatchObject({ code: 'DISK_FULL', verdict: 'infra-fail' })
    await expect(boot([block])).rejects.toMatchObject({ code: 'DISK_FULL' })
  })

  it('run: a system that does not settle, or is not systemd, has not booted', async () => {
    expect(await run([ready], { init: 'systemd', bootTimeout: '10ms' })).toBe('boot-fail')
    expect(await run([ready], { init: 'systemd' }, 127)).toBe('infra-fail')
    expect(await run([ready, line('reboot: System halted')], { init: 'systemd' })).toBe('vm-lost')
  })

  const warning = line('WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2')
  const ended = line('kernelkit: command ended with 0')

  it('run: what the kernel printed before the command ended counts, however late it is read', async () => {
    expect(await run([ready], {}, 0, [warning, line('---[ end trace 0 ]---'), ended])).toBe('splat')
    expect(await run([ready, ended], {}, 0, [warning])).toBe('pass')
  })

  it('run: a lockup ends it unless it is tolerated', async () => {
    const lockup = line('watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [cat:99]')
    expect(await run([ready, lockup])).toBe('hang')
    expect(await run([ready, lockup], { failOn: ['kasan'], timeout: '10ms' })).toBe('timeout')
  })

  it('run: a guest that starts again has lost its command', async () => {
    expect(await run([ready, { type: 'qmp', event: 'RESET', data: { guest: true }, atMs: 1 }])).toBe('vm-lost')
  })

  it('run: a guest that is to end by itself is waited for after its command, as long as the timeout allows', async () => {
    const exited: VmEvent = { type: 'exited', exit: { exitCode: 0, signal: undefined, stderr: '' }, atMs: 1 }
    const off = [{ type: 'qmp', event: 'SHUTDOWN', data: { reason: 'guest-shutdown' }, atMs: 1 } as const, exited]
    expect(await run([ready, ended], { expect: 'poweroff' }, 0, off)).toBe('pass')
    expect(await run([ready, ended], { expect: 'reboot' }, 0, off)).toBe('fail')
    expect(await run([ready, ...off], { expect: 'poweroff' })).toBe('pass')
    expect(await run([ready], { expect: 'poweroff', timeout: '50ms' }, 0)).toBe('fail')
    expect(await run([ready, ended], { expect: 'poweroff' }, 3)).toBe('fail')
  })

  it('boot: what the guest wrote and this host could not keep is an error at its end, not before', async () => {
    const lost = { type: 'host-failed', code: 'DISK_FULL', message: 'no space', hint: undefined, keepsRunning: true, atMs: 1 } as const
    const off: VmEvent = { type: 'exited', exit: { exitCode: 0, signal: undefined, stderr: '' }, atMs: 3 }
    const shutdown: VmEvent = { type: 'qmp', event: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' }, atMs: 2 }
    await expect(boot([ready, lost, line('more'), shutdown, off])).rejects.toMatchObject({ code: 'DISK_FULL', verdict: 'infra-fail' })
    expect(await boot([ready, line('more'), shutdown, off])).toBe('pass')
  })

  it('boot: a shell whose writes this host could not keep ends with that error', async () => {
    const lost = Promise.reject(new UserError('DISK_FULL', 'no space is left'))
    lost.catch(() => {})
    const vm: Vm = { ...fakeVm([ready]), exec: () => ({ result: lost, kill: () => {}, heard: () => Promise.resolve(), resize: () => {} }) }
    const plan = { ...planOf('boot'), root: { kind: 'image' }, agentFirst: true } as unknown as VmPlan
    const work = attachTerminal({ keys: undefined, output: new PassThrough(), terminal: undefined })
    await expect(superviseVm({ ...common, plan, start: async () => vm }, work)).rejects.toMatchObject({ code: 'DISK_FULL' })
  })

  it('boot: a guest that halts without a power-off has passed, one that is silent hangs', async () => {
    expect(await boot([line('reboot: Power off not available: System halted instead')])).toBe('pass')
    expect(await boot([ready, { type: 'agent-silent', silentMs: 100_000, atMs: 1 }])).toBe('hang')
  })
})
