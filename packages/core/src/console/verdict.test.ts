import { describe, expect, it } from 'vitest'
import type { NotStarted } from '../agent/messages.ts'
import { readConsole, runFacts } from '../../test/run-facts.ts'
import { parseAllowList } from './allow-list.ts'
import { failingKinds } from './kinds.ts'
import { writeFor } from '../options/write-error.ts'
import { judgeBoot } from './boot/index.ts'
import { exitStatus, type RunFacts } from './judgement.ts'
import { failingReports, judge } from './verdict.ts'

const warning = 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2'
const panic = 'Kernel panic - not syncing: boom'

const commandEnd = (status: number) => `kernelkit: command ended with ${status}`
const ended = (exitCode: number, signal?: number, notStarted?: NotStarted) => ({ exitCode, signal, notStarted })
const qemu = (exitCode: number | undefined, signal?: string, stderr = '') => ({ exitCode, signal, stderr })

describe('a guest that is to end by itself', () => {
  const off = { qemu: qemu(0), shutdown: 'guest-shutdown' } as const
  const reset = { qemu: qemu(0), shutdown: 'guest-reset', console: readConsole('reboot: Restarting system') } as const
  it.each<[string, 'poweroff' | 'reboot', Partial<RunFacts>, string, number, RegExp]>([
    ['powers off', 'poweroff', off, 'pass', 0, /powered off, as expected/],
    ['powers off a machine that QEMU keeps', 'poweroff', { off: true, shutdown: 'guest-shutdown' }, 'pass', 0, /powered off, as expected/],
    ['halts because it cannot power off', 'poweroff', { console: readConsole('reboot: System halted') }, 'pass', 0, /halted, as expected/],
    ['lets its watchdog expire', 'poweroff', { stopped: 'watchdog' }, 'pass', 0, /watchdog expire, as expected/],
    ['reboots', 'reboot', reset, 'pass', 0, /rebooted, as expected/],
    ['is reset by a device', 'reboot', { qemu: qemu(0), shutdown: 'guest-reset' }, 'pass', 0, /reset without .*, as expected/],
    ['starts another kernel (kexec)', 'reboot', { restarted: true }, 'pass', 0, /as expected/],
    ['reboots instead', 'poweroff', reset, 'fail', 1, /the guest rebooted; it was to power off/],
    ['powers off instead', 'reboot', off, 'fail', 1, /the guest powered off; it was to reboot/],
    [
      'keeps running',
      'reboot',
      { command: ended(0), limit: { kind: 'end', ms: 5000 } },
      'fail',
      1,
      /kept running for 5 s; it was to reboot/,
    ],
    [
      'keeps running when little of the limit was left',
      'reboot',
      { command: ended(0), limit: { kind: 'end', ms: 2905.794178 } },
      'fail',
      1,
      /kept running for 2\.906 s;/,
    ],
    ['has a command that fails', 'poweroff', { command: ended(7) }, 'fail', 7, /exited with status 7/],
    ['has a command that does not end', 'poweroff', { limit: { kind: 'command', ms: 5000 } }, 'timeout', 124, /5 s/],
    ['panics', 'reboot', { ...reset, console: readConsole(panic) }, 'panic', 121, /boom/],
    [
      'warns before',
      'poweroff',
      { ...off, console: readConsole(warning) },
      'splat',
      122,
      /powered off, as expected, but the kernel reported/,
    ],
    ['loses its QEMU', 'poweroff', { qemu: qemu(undefined, 'SIGKILL') }, 'vm-lost', 119, /SIGKILL/],
    ['ends before it was ready', 'poweroff', { ...off, ready: false }, 'boot-fail', 120, /before it was ready/],
  ])('%s (--expect %s)', (_title, expected, change, verdict, exitCode, what) => {
    const judgement = judge(runFacts({ expect: expected, ...change }))
    expect(judgement).toMatchObject({ verdict, exitCode })
    expect(judgement.what).toMatch(what)
  })

  it('that was not said to gets the option in its hint', () => {
    expect(writeFor(judge(runFacts(reset)).hint ?? '', { door: 'command' })).toBe('If it was meant to, say so with --expect reboot.')
    expect(writeFor(judge(runFacts(off)).hint ?? '', { door: 'action' })).toBe('If it was meant to, say so with `expect: poweroff`.')
  })
})

describe('judge', () => {
  it.each<[string, Partial<RunFacts>, string, number, RegExp]>([
    ['a command that exits with status 0', { command: ended(0) }, 'pass', 0, /exited with status 0/],
    ['a command that exits with status 7', { command: ended(7) }, 'fail', 7, /exited with status 7/],
    ['a command that a signal ends', { command: ended(139, 11) }, 'fail', 139, /signal 11/],
    ['a warning during a passing command', { command: ended(0), console: readConsole(warning) }, 'splat', 122, /foo/],
    ['a warning during a failing command', { command: ended(1), console: readConsole(warning) }, 'fail', 1, /kernel reported/],
    ['a panic, whatever the command did', { command: ended(0), console: readConsole(panic) }, 'panic', 121, /boom/],
    [
      'a panic that names its first report',
      { console: readConsole(warning, '---[ end trace 0 ]---', panic) },
      'panic',
      121,
      /First report: WARNING/,
    ],
    ['a panic that only pvpanic reported', { guestPanicked: true }, 'panic', 121, /pvpanic/],
    [
      'a share for a kernel of unknown configuration without 9p',
      { agentFailure: 'cannot mount share cwd at /src (cow): the kernel has no such file system', lacking: ['9p'], ready: false },
      'config-fail',
      125,
      /lacks CONFIG_9P_FS: cannot mount share cwd.*kernelkit build --config 9P_FS=y.*--no-cwd/,
    ],
    [
      'a kernel of unknown configuration without 9p and without a channel for the agent',
      { agentFailure: 'cannot mount the root', lacking: ['9p', 'virtio-console'], ready: false },
      'config-fail',
      125,
      /lacks CONFIG_9P_FS, CONFIG_VIRTIO_CONSOLE: cannot mount.*build --config 9P_FS=y --config VIRTIO_CONSOLE=y`\. If it has them as modules/,
    ],
    [
      'a file system of which no option is known',
      { agentFailure: 'cannot mount the root', lacking: ['iso9660'], ready: false },
      'config-fail',
      125,
      /CONFIG_ISO9660_FS/,
    ],
    ['a root that the agent cannot mount', { agentFailure: 'no ext4', ready: false }, 'boot-fail', 120, /no ext4/],
    [
      'a root without the ssh server that was asked for',
      { agentFailure: 'the root has no ssh server', rootLacks: 'ssh-server', ready: false },
      'infra-fail',
      125,
      /no ssh server\. Install an ssh server in the root/,
    ],
    ['a root without the init that was named', { agentFailure: 'no /x', rootLacks: 'init', ready: false }, 'infra-fail', 125, /--init/],
    ['a directory that is not a root', { agentFailure: 'no /proc', rootLacks: 'directory', ready: false }, 'infra-fail', 125, /--root/],
    ['a share in the place of a file', { agentFailure: 'no', rootLacks: 'mount-point', ready: false }, 'infra-fail', 125, /--share/],
    ['a user that the root does not have', { command: ended(126, undefined, 'no-user') }, 'infra-fail', 125, /no such user.*--user/],
    ['a working directory that is missing', { command: ended(126, undefined, 'no-directory') }, 'infra-fail', 125, /directory.*--cwd/],
    ['a program that is not in PATH', { command: ended(127, undefined, 'not-in-path') }, 'fail', 127, /in PATH/],
    ['a path without a program', { command: ended(127, undefined, 'no-such-file') }, 'fail', 127, /Check the path/],
    ['a program without its loader', { command: ended(127, undefined, 'no-interpreter') }, 'fail', 127, /`file FILE`/],
    ['a file that is not executable', { command: ended(126, undefined, 'not-executable') }, 'fail', 126, /chmod/],
    [
      'a program that an initramfs alone does not have',
      { command: ended(127, undefined, 'not-in-path'), bareRoot: true },
      'fail',
      127,
      /--root none has the commands of busybox/,
    ],
    [
      'a shell line where there is no shell',
      { command: ended(127, undefined, 'no-such-file'), bareRoot: true },
      'fail',
      127,
      /--root none/,
    ],
    [
      'a command that the kernel killed for lack of memory',
      { command: ended(137, 9), console: readConsole('cat invoked oom-killer: gfp_mask=0x1', 'Out of memory: Killed process 1 (cat)') },
      'fail',
      137,
      /signal 9\. The kernel killed a program for lack of memory.*--memory/,
    ],
    ['a command that something else killed', { command: ended(137, 9) }, 'fail', 137, /signal 9\. $/],
    [
      'a QEMU that a limit of the session ended',
      { qemu: qemu(undefined, 'SIGXFSZ') },
      'vm-lost',
      119,
      /larger than `ulimit -f` allows\. Raise/,
    ],
    ['a shell that finds no such program', { command: ended(127) }, 'fail', 127, /A shell found no such program/],
    [
      "the command's limit, of a guest that answers nothing",
      { limit: { kind: 'command', ms: 5000 }, stuck: 'CPU 0 is in frob().' },
      'timeout',
      124,
      /within 5 s\. CPU 0 is in frob\(\)\.\n?.*inspect\.txt/s,
    ],
    ["the command's limit", { limit: { kind: 'command', ms: 5000 } }, 'timeout', 124, /5 s/],
    ['the boot limit', { limit: { kind: 'boot', ms: 60_000 }, ready: false }, 'boot-fail', 120, /not ready within 60 s/],
    ['a silent kernel', { limit: { kind: 'boot', ms: 1000 }, ready: false, console: readConsole() }, 'boot-fail', 120, /no message/],
    [
      'a lockup at the limit',
      { limit: { kind: 'command', ms: 1 }, console: readConsole('watchdog: BUG: soft lockup - CPU#0 stuck') },
      'hang',
      123,
      /soft lockup/,
    ],
    ['a panic after a status of 0', { command: ended(0), console: readConsole(commandEnd(0), panic) }, 'panic', 121, /boom/],
    ['a report after a status of 0', { command: ended(0), console: readConsole(commandEnd(0), warning) }, 'splat', 122, /foo/],
    ['a QEMU that died after a status of 0', { command: ended(0), qemu: qemu(undefined, 'SIGSEGV') }, 'vm-lost', 119, /SIGSEGV/],
    ['a QEMU that stopped after a status of 0', { command: ended(0), stopped: 'internal-error' }, 'vm-lost', 119, /internal-error/],
    ['a reset after a status of 0', { command: ended(0), qemu: qemu(0), shutdown: 'guest-reset' }, 'vm-lost', 119, /was reset/],
    ['a power-off after a status of 0', { command: ended(0), qemu: qemu(0), shutdown: 'guest-shutdown' }, 'pass', 0, /status 0/],
    [
      "another status in the kernel's log",
      { command: ended(0), console: readConsole(commandEnd(0), commandEnd(1)) },
      'vm-lost',
      119,
      /status 0, and in the kernel's log 1/,
    ],
    ['an agent that breaks its protocol', { command: ended(0), agentBroken: 'a frame of 9 bytes' }, 'vm-lost', 119, /a frame of 9 bytes/],
    ['an agent without an answer', { silentMs: 31_000 }, 'hang', 123, /31 s/],
    ['a QEMU that was stopped', { silentMs: 11_000, qemuStopped: true }, 'hang', 123, /SIGSTOP/],
    ['a killed QEMU', { qemu: qemu(undefined, 'SIGKILL') }, 'vm-lost', 119, /SIGKILL/],
    ['a failing QEMU', { qemu: qemu(1, undefined, 'qemu: no\n') }, 'vm-lost', 119, /qemu: no/],
    [
      'a QEMU that a signal ended',
      { qemu: qemu(0, undefined, 'qemu: terminating on signal 15 from pid 1') },
      'vm-lost',
      119,
      /from outside/,
    ],
    ['a guest that powers off under the command', { qemu: qemu(0), shutdown: 'guest-shutdown' }, 'vm-lost', 119, /powered off/],
    [
      'a guest that reboots under the command',
      { qemu: qemu(0), shutdown: 'guest-reset', console: readConsole('reboot: Restarting system') },
      'vm-lost',
      119,
      /rebooted before/,
    ],
    [
      'a guest that another process ends under the command',
      { stopAsked: true, qemu: qemu(0), shutdown: 'guest-shutdown' },
      'infra-fail',
      125,
      /ended from outside .*kernelkit stop/,
    ],
    ['a command that the end from outside ends first', { stopAsked: true, command: ended(143, 15) }, 'infra-fail', 125, /from outside/],
    [
      'the end from outside of a guest that was to power off',
      { stopAsked: true, expect: 'poweroff', qemu: qemu(0), shutdown: 'guest-shutdown' },
      'infra-fail',
      125,
      /from outside/,
    ],
    ['the end from outside after the command', { stopAsked: true, command: ended(0) }, 'pass', 0, /status 0/],
    ['a triple fault', { qemu: qemu(0), shutdown: 'guest-reset' }, 'vm-lost', 119, /reset without any kernel message/],
    ['a guest that starts again where QEMU lets it', { restarted: true }, 'vm-lost', 119, /before the command ended/],
    ['a guest that starts again before it was ready', { restarted: true, ready: false }, 'boot-fail', 120, /reset/],
    ['a guest without a timer', { timerLost: true, ready: false }, 'boot-fail', 120, /APIC timer/],
    ['a watchdog that expired', { stopped: 'watchdog' }, 'hang', 123, /let its watchdog expire.*--gdb/],
    ['a machine that QEMU stopped', { stopped: 'internal-error' }, 'vm-lost', 119, /internal-error/],
    ['a lockup that the console reports', { console: readConsole('watchdog: BUG: soft lockup - CPU#0 stuck') }, 'hang', 123, /soft lockup/],
    ['a hung task', { console: readConsole('INFO: task cat:99 blocked for more than 120 seconds.') }, 'hang', 123, /hung|blocked/],
    [
      'a lockup that the command outlived',
      { command: ended(0), console: readConsole('watchdog: BUG: soft lockup - CPU#0 stuck') },
      'splat',
      122,
      /soft lockup/,
    ],
    ['a taint that no report explains', { command: ended(0), unexplained: ['a warning (W)'] }, 'splat', 122, /a warning \(W\).*quiet/s],
    ['a guest that leaves before it is ready', { qemu: qemu(0), ready: false }, 'boot-fail', 120, /before it was ready/],
  ])('calls %s by its name', (_title, change, verdict, exitCode, what) => {
    const judgement = judge(runFacts(change))
    expect(judgement).toMatchObject({ verdict, exitCode })
    expect(`${judgement.what} ${writeFor(judgement.hint ?? '', { door: 'command' })}`).toMatch(what)
  })

  it('leaves tolerated and allowed reports out', () => {
    const seen = readConsole('cat invoked oom-killer: x', 'Out of memory: Killed process 1 (cat)', warning)
    expect(failingReports(seen.reports, { failOn: failingKinds, allowed: parseAllowList('foo\\.c:12', 'known') })).toEqual([])
  })
})

describe('a flood of reports', () => {
  const allowed = parseAllowList('known\\.c', 'known')
  const at = (place: string) => [`WARNING: CPU: 0 PID: 1 at ${place} foo+0x1/0x2`, '---[ end trace 0 ]---']
  const judged = (lines: readonly string[]) => {
    const seen = readConsole(...lines)
    return judge({
      ...runFacts({ command: ended(0), console: seen }),
      failing: failingReports(seen.reports, { failOn: failingKinds, allowed }),
    })
  }

  it('of known ones does not hide another one', () => {
    const flood = Array.from({ length: 1500 }, (_, pid) => [
      `cat[${pid}]: segfault at 0 ip 0 sp 0 error 4 in cat[1+1]`,
      ...at('fs/known.c:1'),
    ])
    expect(judged(flood.flat()).verdict).toBe('pass')
    expect(judged([...flood.flat(), ...at('fs/other.c:2')]).what).toContain('fs/other.c:2')
  })

  it('that is longer than what is kept never passes', () => {
    const flood = Array.from({ length: 2500 }, (_, line) => at(`fs/known.c${'x'.repeat(line % 50)}${'y'.repeat(line / 50)}:1`))
    expect(judged(flood.flat())).toMatchObject({ verdict: 'splat', what: expect.stringMatching(/2500 different reports.*first 2000/) })
  })
})

describe('judgeBoot', () => {
  const boot = { ...runFacts({}), asked: false, limitMs: undefined, shellExitCode: undefined, qemu: qemu(0) }
  it.each([
    ['a power-off', {}, 'pass'],
    ['a halt that cannot power off', { console: readConsole('reboot: System halted'), qemu: undefined }, 'pass'],
    ['Ctrl-A x', { asked: true, qemu: undefined }, 'pass'],
    ['a panic', { console: readConsole(panic) }, 'panic'],
    ['a killed QEMU', { qemu: qemu(undefined, 'SIGKILL') }, 'vm-lost'],
    ['a root without init', { agentFailure: 'no init' }, 'boot-fail'],
    ['a reached limit', { limitMs: 10, qemu: undefined }, 'boot-fail'],
    ['a root without a shell', { shellExitCode: 127, qemu: undefined }, 'infra-fail'],
    ['a shell that ends with its last status', { shellExitCode: 1, qemu: undefined }, 'pass'],
  ])('judges %s', (_title, change, verdict) => {
    expect(judgeBoot({ ...boot, ...change }).verdict).toBe(verdict)
  })
})

describe('exitStatus', () => {
  it('folds what the guest did wrong into 1 when asked for simple', () => {
    const simple = (verdict: 'pass' | 'fail' | 'panic' | 'timeout' | 'boot-fail' | 'config-fail', exitCode: number) =>
      exitStatus({ verdict, exitCode }, 'simple')
    expect([
      simple('pass', 0),
      simple('fail', 7),
      simple('fail', 126),
      simple('fail', 127),
      simple('panic', 121),
      simple('boot-fail', 120),
      simple('timeout', 124),
      simple('config-fail', 125),
    ]).toEqual([0, 1, 125, 125, 1, 1, 124, 125])
    expect(exitStatus({ verdict: 'fail', exitCode: 7 }, 'full')).toBe(7)
  })
})
